"""A stack that keeps its name and moves is named, with what can be done; nothing is written till somebody decides."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.application import planned_whereabouts
from sagemaker_templates.cli import app
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.vanished import (
    UNDECIDED,
    Decisions,
    StacksVanish,
    Synthesized,
    check_nothing_vanishes,
)
from sagemaker_templates.output_folder.whereabouts import Whereabouts, whereabouts
from synthesized import CASES, GOLDEN, documents, input_of
from typer.testing import CliRunner, Result

OUT = Path("cdktf.out")
ENVIRONMENT = Path("environments/dev/environment.yaml")
COMMANDS = (["synth"], ["synth", "--check"], ["plan"], ["atlantis"], ["atlantis", "--check"])

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Return what replaces text in a file of the environment ``dev``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)

    def replaced(file: str, old: str, new: str) -> None:
        path = Path("environments/dev") / file
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    return replaced


def _site(case: str) -> Synthesized:
    """Put the environments of a case here; gives what they were synthesized to."""
    shutil.copytree(input_of(case), "environments")
    stacks = (GOLDEN / case / "stacks").iterdir()
    return Synthesized(OUT, {stack.name: json.loads((stack / "cdk.tf.json").read_text()) for stack in stacks})


def _planned() -> dict[str, Whereabouts]:
    environments = Path("environments")
    return planned_whereabouts(load_configuration(environments), environments, OUT)


def _said(old: Synthesized, decisions: Decisions = UNDECIDED) -> list[str]:
    with pytest.raises(StacksVanish) as stopped:
        check_nothing_vanishes(old, _planned(), decisions)
    return str(stopped.value).splitlines()


def _commands_after(lines: list[str], beginning: str) -> list[str]:
    """The commands that stand below a line."""
    start = next(number for number, line in enumerate(lines) if line.startswith(beginning))
    end = next(number for number in range(start + 1, len(lines)) if not lines[number].startswith("    "))
    return [line.strip() for line in lines[start + 1 : end]]


@pytest.mark.parametrize("case", CASES)
def test_where_a_stack_will_be_is_what_its_json_says(case: str) -> None:
    environments = input_of(case)
    planned = planned_whereabouts(load_configuration(environments), environments, environments.parent / OUT)
    assert planned == {name: whereabouts(document) for name, document in documents(case).items()}
    assert all(where.place and where.state for where in planned.values())


@pytest.mark.usefixtures("edit")
@pytest.mark.parametrize("case", ["minimal", "model-deploy-minimal", "github-two-owners"])
def test_nothing_is_said_where_nothing_moves(case: str) -> None:
    check_nothing_vanishes(_site(case), _planned())


@pytest.mark.parametrize(
    ("old", "new", "to"),
    [
        ("bucket: example-tfstate-111111111111", "bucket: other", "s3://other/ml/dev/dev-serving/terraform.tfstate"),
        (
            "key-prefix: ml/dev",
            "key-prefix: other",
            "s3://example-tfstate-111111111111/other/dev-serving/terraform.tfstate",
        ),
    ],
)
def test_a_state_that_moves_is_told_from_where_to_where(edit: Edit, old: str, new: str, to: str) -> None:
    site = _site("model-deploy-minimal")
    edit("environment.yaml", old, new)
    said = "\n".join(_said(site))
    origin = "s3://example-tfstate-111111111111/ml/dev/dev-serving/terraform.tfstate"
    assert f"dev-serving: its state moves from {origin} to {to}" in said
    assert "dev-foundation: its state moves from" in said
    assert "dev-serving-target: its state moves from" in said


def test_the_way_of_a_state_is_one_list_of_commands_for_all_stacks_that_move(edit: Edit) -> None:
    site = _site("model-deploy-minimal")
    edit("environment.yaml", "key-prefix: ml/dev", "key-prefix: other")
    stacks = ("dev-foundation", "dev-serving", "dev-serving-target")
    bucket = "s3://example-tfstate-111111111111"
    terraform = "terraform -chdir=cdktf.out/stacks"
    assert _commands_after(_said(site), "To take the state along") == [
        *(f"{terraform}/{stack} init" for stack in stacks),
        f"sagemaker-templates synth {' '.join(f'--migrate {stack}' for stack in stacks)}",
        *(f"{terraform}/{stack} init -migrate-state" for stack in stacks),
        f"aws s3 cp {bucket}/ml/dev/dev-serving-endpoint/terraform.tfstate "
        f"{bucket}/other/dev-serving-endpoint/terraform.tfstate",
        *(f"{terraform}/{stack} plan" for stack in stacks),
    ]


def test_another_type_of_state_is_another_place(edit: Edit) -> None:
    site = _site("minimal")
    edit("environment.yaml", "type: local", "type: s3\n  bucket: example-tfstate\n  key-prefix: ml")
    said = "\n".join(_said(site))
    assert (
        "dev-abalone: its state moves from ../../../terraform-state/dev-abalone.tfstate, seen from its folder "
        "to s3://example-tfstate/ml/dev-abalone/terraform.tfstate" in said
    )


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("region: eu-west-1", "region: us-east-1", "account 111111111111, us-east-1"),
        ('"111111111111"', '"222222222222"', "account 222222222222, eu-west-1"),
    ],
)
def test_another_account_or_region_is_told_and_no_state_is_carried_there(
    edit: Edit, old: str, new: str, place: str
) -> None:
    site = _site("minimal")
    edit("environment.yaml", old, new)
    said = _said(site)
    text = "\n".join(said)
    assert f"dev-abalone moves from account 111111111111, eu-west-1 to {place}" in text
    assert "lives on where it is" in text
    assert "-migrate-state" not in text
    assert ("roles and buckets keep their names" in text) is ("region" in new)
    synth = "sagemaker-templates synth --orphan dev-abalone --orphan dev-foundation"
    terraform = "terraform -chdir=cdktf.out/stacks"
    assert _commands_after(said, "To destroy what is in the old place")[2:] == [
        f"{terraform}/dev-abalone destroy",
        f"{terraform}/dev-foundation destroy",
        "what is protected refuses: undo the move, then protect-data: false, synthesize, apply, then destroy",
        synth,
    ]
    leave = [command for command in _commands_after(said, "Or to leave it there") if "dev-abalone" in command]
    assert leave == [
        f"{terraform}/dev-abalone init",
        f"{terraform}/dev-abalone state pull > dev-abalone.tfstate",
        f"{terraform}/dev-abalone state rm $({terraform}/dev-abalone state list)",
        synth,
    ]


def test_a_state_that_moves_with_its_account_is_begun_anew_and_not_migrated(edit: Edit) -> None:
    site = _site("minimal")
    edit("environment.yaml", '"111111111111"', '"222222222222"')
    edit("environment.yaml", "type: local", "type: local\n  path: elsewhere")
    leave = _commands_after(_said(site), "Or to leave it there")
    assert not [command for command in leave if "state rm" in command]
    assert leave[-2:] == [
        f"terraform -chdir=cdktf.out/stacks/{stack} init -reconfigure" for stack in ("dev-abalone", "dev-foundation")
    ]


def test_a_repository_whose_owner_changes_is_told_and_can_be_taken_along(edit: Edit) -> None:
    site = _site("github-two-owners")
    edit("projects/oysters.yaml", "other-org\naccess", "third-org\naccess")
    said = _said(site)
    assert [line for line in said if line.startswith("dev-oysters: ")] == [
        "dev-oysters: its repository moves from https://github.com/other-org to https://github.com/third-org, "
        "and does not go there by itself: it lives on, and an apply would make a new one"
    ]
    assert _commands_after(said, "To take the repository along, transfer it on GitHub") == [
        "sagemaker-templates synth --migrate dev-oysters --orphan dev-foundation"
    ]


def test_an_owner_whose_last_project_leaves_is_told_with_how_to_let_the_template_repositories_go(edit: Edit) -> None:
    site = _site("github-two-owners")
    edit(
        "projects/oysters.yaml", "repository-owner: other-org\naccess-token-secret-name: other-org/github_token\n", ""
    )
    said = _said(site)
    lost = [
        f"{kind}.{name}"
        for kind, named in site.stacks["dev-foundation"]["resource"].items()
        for name, body in named.items()
        if body.get("provider") == "github.github_other-org"
    ]
    assert len(lost) > 1
    assert all(".github_other-org_" in address for address in lost)
    assert (
        "nothing of https://github.com/other-org is described any more, and with it goes the provider: what it has "
        f"({len(lost)} resources) lives on" in ("\n".join(said))
    )
    folder = "terraform -chdir=cdktf.out/stacks/dev-foundation"
    synth = "sagemaker-templates synth --migrate dev-oysters --orphan dev-foundation"
    assert _commands_after(said, "To archive an owner's template repositories") == [
        f"{folder} init",
        f"{folder} destroy -target=github_repository.github_other-org_xgboost_abalone",
        synth,
    ]
    assert _commands_after(said, "Or to leave them as they are") == [
        f"{folder} init",
        f"{folder} state rm $({folder} state list | grep -F -e .github_other-org_)",
        synth,
    ]


def test_an_owner_that_is_spelt_in_capitals_is_the_same(edit: Edit) -> None:
    """GitHub makes no difference."""
    site = _site("github-two-owners")
    edit("projects/oysters.yaml", "repository-owner: other-org", "repository-owner: Other-Org")
    check_nothing_vanishes(site, _planned())


def test_a_new_owner_beside_the_others_moves_nothing(edit: Edit) -> None:
    site = _site("github-two-owners")
    edit(
        "projects/fish/turbots.yaml",
        "p-turbots01",
        "p-turbots01\nrepository-type: GitHub\nrepository-owner: third-org",
    )
    check_nothing_vanishes(site, _planned())


def test_what_was_decided_before_stands_in_the_commands_that_are_printed(edit: Edit) -> None:
    site = _site("minimal")
    Path("environments/dev/projects/abalone.yaml").rename("environments/dev/projects/clams.yaml")
    edit("projects/clams.yaml", "project-name: abalone", "project-name: clams")
    edit("environment.yaml", "type: local", "type: local\n  path: elsewhere")
    said = _said(site, Decisions(orphans=["dev-abalone"]))
    assert "sagemaker-templates synth --migrate dev-foundation --orphan dev-abalone" in "\n".join(said)
    assert said[-2] == ("To leave what lives on alone, unmanaged, add: --orphan dev-abalone --orphan dev-foundation")


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        (Decisions(migrated=["dev-abalon"]), "--migrate dev-abalon: no such stack moves"),
        (
            Decisions(migrated=["dev-abalone"]),
            "--migrate dev-abalone: no resource can follow to account 111111111111, us-east-1; "
            "allowed: --orphan dev-abalone",
        ),
    ],
)
def test_only_what_moves_and_can_follow_is_migrated(edit: Edit, decisions: Decisions, message: str) -> None:
    site = _site("minimal")
    edit("environment.yaml", "eu-west-1", "us-east-1")
    with pytest.raises(WrongInput, match=message):
        check_nothing_vanishes(site, _planned(), decisions)


@pytest.mark.parametrize(
    "document",
    [
        {"provider": {"github": {}}},
        {
            "provider": {"github": [1, {"owner": 2}, {"alias": "a", "owner": "b"}]},
            "resource": {"a": [], "b": {"c": 1}},
        },
        {"terraform": {"backend": {"s3": {"bucket": 1}}}, "locals": {"target": []}},
    ],
)
def test_json_that_is_not_as_expected_moves_nowhere(document: dict[str, Any]) -> None:
    new = {"a": Whereabouts("1", "us-east-1", "path", None, {"": "https://github.com/b"})}
    check_nothing_vanishes(Synthesized(OUT, {"a": document}), new)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_commands_end_with_1_until_the_move_is_decided_and_its_json_is_there(edit: Edit) -> None:
    _site("minimal")
    assert _run("synth").exit_code == 0
    assert _run("atlantis").exit_code == 0
    edit("environment.yaml", "type: local", "type: local\n  path: elsewhere")
    before = (OUT / "stacks" / "dev-abalone" / "cdk.tf.json").read_bytes()
    for command in COMMANDS:
        run = _run(*command)
        assert isinstance(run.exception, StacksVanish), command
        assert "dev-abalone: its state moves from" in str(run.exception)
    assert (OUT / "stacks" / "dev-abalone" / "cdk.tf.json").read_bytes() == before
    decided = ("--migrate", "dev-abalone", "--orphan", "dev-foundation")
    assert _run("atlantis", "--check", *decided).exit_code == 0
    assert _run("synth", *decided).exit_code == 0
    for command in (["synth", "--check"], ["atlantis", "--check"], ["synth"]):
        assert _run(*command).exit_code == 0, command
