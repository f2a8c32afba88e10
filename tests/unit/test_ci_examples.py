"""The CI examples do the same in the same order, keep no key, and CodeBuild knows every key of its own."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import typer
import yaml
from ci_examples import CODEBUILD, FOLDER, GITHUB, GITLAB, HOOKS, commands
from pydantic import BaseModel, ConfigDict, Field
from sagemaker_templates.cli import app
from synthesized import ROOT

EXAMPLES = [GITHUB, GITLAB, CODEBUILD]
ENVIRONMENTS = sorted(path.name for path in (ROOT / "environments").iterdir() if path.is_dir())


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Phase(_Strict):
    """https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html"""

    run_as: str | None = Field(default=None, alias="run-as")
    on_failure: Literal["ABORT", "CONTINUE"] | None = Field(default=None, alias="on-failure")
    runtime_versions: dict[str, str | float] = Field(default={}, alias="runtime-versions")
    commands: list[str] = Field(min_length=1)
    finally_: list[str] = Field(default=[], alias="finally")


class _Phases(_Strict):
    install: _Phase | None = None
    pre_build: _Phase | None = None
    build: _Phase | None = None
    post_build: _Phase | None = None


class _Variables(_Strict):
    shell: Literal["bash", "/bin/sh"] | None = None
    variables: dict[str, str] = {}
    exported_variables: list[str] = Field(default=[], alias="exported-variables")


class _Reports(_Strict):
    files: list[str]
    base_directory: str | None = Field(default=None, alias="base-directory")
    file_format: Literal["JUNITXML", "CUCUMBERJSON", "NUNITXML", "NUNIT3XML", "TESTNGXML", "VISUALSTUDIOTRX"] = Field(
        alias="file-format"
    )


class _Files(_Strict):
    files: list[str]


class _Cache(_Strict):
    paths: list[str]


class _Buildspec(_Strict):
    version: float
    env: _Variables | None = None
    phases: _Phases
    reports: dict[str, _Reports] = {}
    artifacts: _Files | None = None
    cache: _Cache | None = None


def _loaded(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(file.read_text())
    return loaded


def test_codebuild_knows_every_key_of_the_buildspec() -> None:
    specification = _Buildspec.model_validate(_loaded(CODEBUILD))
    assert specification.version == 0.2
    assert specification.phases.install
    assert specification.phases.build


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_validates_then_checks_the_json_then_scans_then_plans(file: Path) -> None:
    called = [" ".join(words) for words in commands(file)]
    assert called == [
        "validate",
        "synth --check",
        "atlantis --check",
        "scan --sarif scan.sarif --junit scan.xml",
        "plan $ENVIRONMENT --markdown plan.md",
    ]


@pytest.mark.parametrize(
    "words", [pytest.param(words, id=" ".join(words)) for file in [*EXAMPLES, HOOKS] for words in commands(file)]
)
def test_every_command_of_the_examples_exists_with_its_options(words: list[str]) -> None:
    name, *arguments = words
    command_line: Any = typer.main.get_command(app)
    assert name in command_line.commands
    command_line.commands[name].make_context(name, arguments)


def test_a_command_with_an_option_that_does_not_exist_would_be_found() -> None:
    command_line: Any = typer.main.get_command(app)
    with pytest.raises(Exception, match="No such option"):
        command_line.commands["synth"].make_context("synth", ["--chekc"])


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_needs_no_stored_key(file: Path) -> None:
    """A role is assumed with the token that the CI system issues for the job, or is the build's own."""
    assert not re.search(r"ACCESS_KEY|secrets\.|SECRET|PASSWORD|aws-access-key", file.read_text())


def test_the_github_workflow_asks_for_rights_job_by_job() -> None:
    workflow = _loaded(GITHUB)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "check": {"contents": "read", "security-events": "write"},
        "plan": {"contents": "read", "id-token": "write"},
    }


def test_the_environments_that_are_planned_are_the_shipped_ones() -> None:
    github = _loaded(GITHUB)["jobs"]["plan"]["strategy"]["matrix"]["environment"]
    text = re.sub(r"!reference ", "", GITLAB.read_text())
    gitlab = yaml.safe_load(text)["plan"]["parallel"]["matrix"][0]["ENVIRONMENT"]
    assert sorted(github) == sorted(gitlab) == ENVIRONMENTS


def test_the_hooks_are_validate_and_synth_check() -> None:
    assert [" ".join(words) for words in commands(HOOKS)] == ["validate", "synth --check"]


def test_every_file_of_the_folder_is_an_example_that_is_tested() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(EXAMPLES)
