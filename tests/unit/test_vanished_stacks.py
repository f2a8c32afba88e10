"""A stack that is described no more is named, with what can be done; nothing is written unless somebody says so."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.application import write_stacks
from sagemaker_templates.cli import app
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.vanished import (
    Decisions,
    StacksVanish,
    Synthesized,
    check_nothing_vanishes,
)
from sagemaker_templates.output_folder.whereabouts import Whereabouts
from synthesized import files_of, input_of
from typer.testing import CliRunner, Result

PROJECT = Path("environments/dev/projects/abalone.yaml")
OUT = Path("cdktf.out")
STACK = OUT / "stacks" / "dev-abalone"
NOWHERE = Whereabouts()


def _run(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=variables)


def _synth(output: Path = OUT, *, orphans: Sequence[str] = (), **options: Any) -> list[Path]:
    environments = Path("environments")
    configuration, decisions = load_configuration(environments, output), Decisions(orphans)
    return write_stacks(configuration, environments=environments, output=output, decisions=decisions, **options)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a foundation and a project in dev, synthesized; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    shutil.copytree(input_of("minimal"), tmp_path / "environments")
    _synth()
    return tmp_path


def _rename() -> None:
    PROJECT.write_text(PROJECT.read_text().replace("project-name: abalone", "project-name: clams"))


def test_a_renamed_project_is_not_synthesized_until_somebody_says_what_becomes_of_the_old_one(site: Path) -> None:
    before = files_of(OUT)
    _rename()
    with pytest.raises(StacksVanish) as vanished:
        _synth()
    said = str(vanished.value)
    assert "dev-abalone vanishes" in said
    assert "live on in account 111111111111, eu-west-1; state ../../../terraform-state/dev-abalone.tfstate" in said
    assert "terraform -chdir=cdktf.out/stacks/dev-abalone destroy" in said
    assert 'terraform -chdir=cdktf.out/stacks/dev-clams state push "$PWD"/dev-abalone.tfstate' in said
    assert "add: --orphan dev-abalone" in said
    assert files_of(OUT) == before
    folders = _synth(orphans=["dev-abalone"])
    assert STACK.with_name("dev-clams") in folders
    assert not STACK.exists()
    assert _synth() == folders


def test_commands_end_with_1_and_name_the_stack_and_the_way_out(site: Path) -> None:
    assert _run("atlantis").exit_code == 0
    atlantis = Path("atlantis.yaml").read_bytes()
    shutil.copytree(STACK, STACK.with_name("dev-gone"))
    for command in (["synth"], ["synth", "--check"], ["plan"], ["atlantis"], ["atlantis", "--check"]):
        run = _run(*command)
        assert isinstance(run.exception, StacksVanish), command
        assert "dev-gone vanishes" in str(run.exception)
        assert "--orphan dev-gone" in str(run.exception)
    assert Path("atlantis.yaml").read_bytes() == atlantis
    assert (STACK.with_name("dev-gone") / "cdk.tf.json").exists()
    assert _run("atlantis", "--check", "--orphan", "dev-gone").exit_code == 0
    assert _run("synth", "--orphan", "dev-gone").exit_code == 0
    assert not STACK.with_name("dev-gone").exists()


def test_atlantis_names_a_stack_that_its_file_had_and_that_nothing_describes(site: Path) -> None:
    assert _run("atlantis").exit_code == 0
    _rename()
    _synth(orphans=["dev-abalone"])
    run = _run("atlantis")
    assert isinstance(run.exception, StacksVanish)
    assert "dev-abalone vanishes" in str(run.exception)
    assert "put its settings back and synthesize" in str(run.exception)
    assert _run("atlantis", "--orphan", "dev-abalone").exit_code == 0
    assert _run("atlantis", "--check").exit_code == 0


def test_what_stays_of_a_stack_that_goes_is_told(site: Path) -> None:
    (STACK / "errored.tfstate").write_text("{}")
    (STACK / "terraform.tfstate.d").mkdir()
    _rename()
    told: list[str] = []
    _synth(orphans=["dev-abalone"], tell=told.append)
    assert told == [
        "cdktf.out/stacks/dev-abalone is gone but for what synthesis did not write: "
        "errored.tfstate, terraform.tfstate.d/"
    ]
    assert sorted(path.name for path in STACK.iterdir()) == ["errored.tfstate", "terraform.tfstate.d"]
    assert _run("synth", "--check").exit_code == 0


def test_cdktf_is_stopped_before_it_deletes_the_folder_of_no_stack(site: Path) -> None:
    """Its command line removes them recursively after each synthesis (synth-stack.js of @cdktf/cli-core 0.21)."""
    variables = {"CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "true"}
    _synth(variables=variables)
    (OUT / "stacks" / "dev-gone").mkdir()
    (OUT / "stacks" / "dev-gone" / "errored.tfstate").write_text("{}")
    run = _run("synth", **variables)
    assert "cdktf would delete stacks/dev-gone" in str(run.exception)
    assert _run("synth").exit_code == 0


def test_a_stack_that_is_described_cannot_be_left_alone(site: Path) -> None:
    with pytest.raises(WrongInput, match="--orphan dev-abalone: the settings describe that stack"):
        _synth(orphans=["dev-abalone"])


def test_every_stack_that_vanishes_is_named_at_once() -> None:
    old = Synthesized(Path("out"), {name: {} for name in ("a", "b", "c")})
    with pytest.raises(StacksVanish) as vanished:
        check_nothing_vanishes(old, {"c": NOWHERE})
    assert "a vanishes" in str(vanished.value)
    assert "b vanishes" in str(vanished.value)
    assert "add: --orphan a --orphan b" in str(vanished.value)


def test_a_name_that_a_shell_would_take_apart_is_printed_in_quotes(tmp_path: Path) -> None:
    """Whoever opens a pull request gives folders their names."""
    (tmp_path / "stacks" / "a; reboot").mkdir(parents=True)
    with pytest.raises(StacksVanish) as vanished:
        check_nothing_vanishes(Synthesized(tmp_path, {"a; reboot": {}}), {})
    commands = [line for line in str(vanished.value).splitlines() if line.startswith("    terraform")]
    folder = f"'-chdir={tmp_path}/stacks/a; reboot'"
    assert commands == [f"    terraform {folder} init", f"    terraform {folder} destroy"]
    assert "add: --orphan 'a; reboot'" in str(vanished.value)


@pytest.mark.parametrize(
    "document", [{"resource": []}, {"provider": {"aws": {}}}, {"terraform": {"backend": 1}}, {"resource": {"a": 1}}]
)
def test_json_that_is_not_as_expected_is_named_all_the_same(document: dict[str, Any]) -> None:
    old = Synthesized(Path("out"), {"a": document})
    with pytest.raises(StacksVanish, match="a vanishes"):
        check_nothing_vanishes(old, {"b": NOWHERE}, new={"b": {"resource": {}}})


def _stack(account: str, *resources: str) -> dict[str, Any]:
    provider = {"aws": [{"allowed_account_ids": [account], "region": "us-east-1"}]}
    return {"provider": provider, "resource": {"aws_s3_bucket": {name: {} for name in resources}}}


@pytest.mark.parametrize(
    ("new", "followed"),
    [
        ({"b": _stack("1", "x", "y")}, True),
        ({"b": _stack("1", "x", "y"), "c": _stack("1", "x", "y")}, False),
        ({"b": _stack("2", "x", "y")}, False),
        ({"b": _stack("1", "x")}, False),
    ],
)
def test_a_rename_is_followed_only_where_it_is_certain(tmp_path: Path, new: dict[str, Any], followed: bool) -> None:
    (tmp_path / "stacks" / "a").mkdir(parents=True)
    with pytest.raises(StacksVanish) as vanished:
        check_nothing_vanishes(
            Synthesized(tmp_path, {"a": _stack("1", "x", "y")}), dict.fromkeys(new, NOWHERE), new=new
        )
    assert ("state push" in str(vanished.value)) is followed


def test_what_is_replaced_is_compared_before_anything_is_written(site: Path) -> None:
    seen: list[tuple[str, bool]] = []
    told: list[str] = []

    def compare(name: str, old: Any, new: Path) -> list[str]:
        same = old == json.loads((new / "cdk.tf.json").read_text())
        seen.append((name, same))
        return [] if same else [f"{name} differs"]

    PROJECT.write_text(PROJECT.read_text() + "\ntags: {team: risk}\n")
    _synth(tell=told.append, comparisons=[compare])
    assert seen == [("dev-abalone", False), ("dev-foundation", True)]
    assert told == ["dev-abalone differs"]


@pytest.mark.parametrize(
    ("path", "output", "refused"),
    [
        ("cdktf.out/state", "cdktf.out", True),
        ("cdktf.out", "cdktf.out", True),
        ("deep/out/stacks/dev-abalone", "deep/out", True),
        ("CDKTF.out/state", "cdktf.out", True),
        ("build", "build/out", False),
        ("cdktf.out.state", "cdktf.out", False),
        ("cdktf.out/state", "elsewhere", False),
    ],
)
def test_a_local_state_among_what_is_synthesized_is_refused(
    site: Path, path: str, output: str, refused: bool
) -> None:
    file = Path("environments/dev/environment.yaml")
    text = file.read_text()
    assert text.count("type: local\n") == 1
    file.write_text(text.replace("type: local\n", f"type: local\n  path: {path}\n"))
    run = _run("validate", "--output", output)
    assert bool(run.exception) is refused
    if refused:
        assert f'{file}:5: state.path: "{path}" is not allowed: the stacks are written to {output}' in str(
            run.exception
        )
