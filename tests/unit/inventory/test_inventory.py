"""``list`` says what the stacks will be, before there are any, and where models go."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.cli import main
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.inventory.contents import as_data, contents
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.output_folder.whereabouts import whereabouts
from sagemaker_templates.templates.registry import all_templates
from synthesized import CASES, ROOT, documents, input_of

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Runs ``list`` in the project's folder: exit code, output, complaints."""
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["list", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def _data(case: str) -> Any:
    return as_data(contents(load_configuration(input_of(case)), all_templates()))


@pytest.mark.parametrize("case", CASES)
def test_stacks_states_and_groups_are_those_that_are_synthesized(case: str) -> None:
    """In every case with golden files: foundations, projects, stages; S3 and local; CodeCommit and GitHub."""
    made, listed = documents(case), _data(case)
    stacks = {stack["name"]: stack for environment in listed["environments"] for stack in environment["stacks"]}
    assert sorted(stacks) == sorted(made)
    for name, stack in stacks.items():
        there = whereabouts(made[name])
        assert str(there.state).endswith(stack["state"]), name
        assert stack["endpoint-state"] == there.endpoint_state, name
        assert set(stack["needs"]) <= set(made)


@pytest.mark.parametrize("case", CASES)
def test_repositories_and_groups_are_those_that_are_synthesized(case: str) -> None:
    made = documents(case)
    for environment in _data(case)["environments"]:
        for project in environment["projects"]:
            resources = made[project["stack"]]["resource"]
            kind = (
                "aws_codecommit_repository" if project["repository"]["type"] == "CodeCommit" else "github_repository"
            )
            (repository,) = resources[kind].values()
            name = repository.get("repository_name") or repository["name"]
            assert project["repository"]["name"] == name
            assert project["repository"]["address"].endswith(f"/{name}")
            groups = resources.get("aws_sagemaker_model_package_group", {}).values()
            filled = project["registers-models-in"]
            assert [group["model_package_group_name"] for group in groups] == ([filled] if filled else [])


def test_whatever_a_group_is_read_by_is_found_with_its_bucket() -> None:
    abalone = next(path for path in _data("shipped")["model-paths"] if path["group"] == "abalone-p-abalone01")
    assert abalone == {
        "group": "abalone-p-abalone01",
        "account-id": "111111111111",
        "region": "us-east-1",
        "bucket": "mlops-abalone-111111111111",
        "filled-by": "dev/abalone",
        "read-by": ["dev/scoring", "dev/serving"],
    }


def test_people_see_a_tree_for_each_environment_and_one_of_the_models(ran: Ran) -> None:
    code, text, complaints = ran()
    assert (code, complaints) == (0, "")
    assert re.findall(r"^\S.*$", re.sub("(?m)^[├└│].*\n", "", text), re.MULTILINE) == [
        "dev  account 111111111111, us-east-1",
        "pre-prod  account 222222222222, us-east-1",
        "prod  account 333333333333, us-east-1",
        "Where models go",
    ]
    assert (
        "├── dev-abalone  xgboost_abalone\n"
        "│   Train, evaluate and register an XGBoost model on the Abalone data set.\n"
        "│   https://git-codecommit.us-east-1.amazonaws.com/v1/repos/abalone-build\n"
        "│   project id p-abalone01\n"
        "│   models     registered in abalone-p-abalone01, readable in pre-prod, prod\n"
        "│   state      s3://example-tfstate-111111111111/sagemaker-templates/dev/dev-abalone/terraform.tfstate\n"
    ) in text
    assert (
        "├── abalone-p-abalone01, filled by dev-abalone\n"
        "│   ├── dev-scoring  batch_inference\n"
        "│   └── dev-serving  model_deploy\n"
        "│       dev (111111111111) -> pre-prod (222222222222) -> prod (333333333333)\n"
    ) in text
    assert "\x1b" not in text


def test_one_environment_is_told_of_with_the_groups_that_its_projects_fill_or_read(ran: Ran) -> None:
    _, text, _ = ran("pre-prod", "--format", "json")
    data = json.loads(text)
    assert [environment["name"] for environment in data["environments"]] == ["pre-prod"]
    assert [path["filled-by"] for path in data["model-paths"]] == ["pre-prod/abalone"]


def test_an_environment_that_is_not_there_is_named_with_those_that_are(ran: Ran) -> None:
    assert ran("pre-prd") == (
        2,
        "",
        'there is no environment named "pre-prd"; did you mean "pre-prod"?; there are: dev, pre-prod, prod\n',
    )


def test_a_group_that_nobody_here_fills_is_shown_as_such(tmp_path: Path, ran: Ran) -> None:
    folder = tmp_path / "environments" / "dev"
    (folder / "projects").mkdir(parents=True)
    (folder / "environment.yaml").write_text('account-id: "111111111111"\nregion: us-east-1\nstate: {type: local}\n')
    typed = "model-package-group-name: abalone-p-abalone01\nmodel-bucket-name: mlops-abalone-111111111111"
    shipped = (ROOT / "environments" / "dev" / "projects" / "scoring.yaml").read_text()
    (folder / "projects" / "scoring.yaml").write_text(shipped.replace("model-project: abalone", typed))
    _, text, _ = ran("--environments", str(tmp_path / "environments"))
    assert "state      terraform-state/dev-scoring.tfstate\n" in text
    assert "└── abalone-p-abalone01, filled by no project here\n    └── dev-scoring  batch_inference\n" in text


def test_a_team_is_shown_with_its_projects(ran: Ran) -> None:
    environments = str(input_of("github-two-owners"))
    _, text, _ = ran("--environments", environments)
    assert re.search(r"project id p-turbots01\n\W+team       fish\n", text)
    assert text.count("team ") == 1
    _, text, _ = ran("--environments", environments, "--format", "json")
    (dev,) = json.loads(text)["environments"]
    assert {project["name"]: project["team"] for project in dev["projects"]} == {
        "abalone": None,
        "oysters": None,
        "turbots": "fish",
    }


def test_no_node_is_started_and_nothing_is_written(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "sagemaker_templates.cli", "list", "--environments", str(ROOT / "environments")],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(ROOT / "constructs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr, list(tmp_path.iterdir())) == (0, "", [])


def test_a_template_that_registers_models_names_bucket_and_group_as_the_names_do() -> None:
    """What another project is told to read is what the maker's stack makes."""
    for project in load_configuration(ROOT / "environments").projects:
        names = ProjectNames(project)
        if all_templates()[project.template].registers_models:
            stack = json.dumps(documents("shipped")[names.stack]["resource"])
            assert f'"{names.artifact_bucket}"' in stack
            assert f'"{names.model_package_group}"' in stack
