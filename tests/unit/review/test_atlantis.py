"""The generated atlantis.yaml is one that a stock server loads, and says the truth about the stacks."""

import re
import shutil
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field
from sagemaker_templates.cli import app
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.review.atlantis import atlantis_yaml, stacks_named
from sagemaker_templates.settings.model import Environment, LocalState
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates
from synthesized import CASES, ROOT, SHIPPED, documents, input_of
from typer.testing import CliRunner, Result


class _Strict(BaseModel):
    """Atlantis refuses a file with a key that it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Autoplan(_Strict):
    enabled: bool
    when_modified: Annotated[list[str], Field(min_length=1)]


class _Project(_Strict):
    """The keys of a project that need no ``allowed_overrides`` on the server."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.~-]+$")]
    dir: Annotated[str, Field(pattern=r"^[^/]")]
    workspace: str = "default"
    terraform_distribution: Literal["terraform", "opentofu"] = "terraform"
    terraform_version: str | None = None
    autoplan: _Autoplan
    depends_on: list[str] = []
    execution_order_group: Annotated[int, Field(ge=0)] = 0


class _File(_Strict):
    """``atlantis.yaml`` version 3 (https://www.runatlantis.io/docs/repo-level-atlantis-yaml.html)."""

    version: Literal[3]
    parallel_plan: bool
    parallel_apply: bool
    abort_on_execution_order_fail: bool
    projects: list[_Project]


def _text(case: str) -> str:
    stacks = planned_stacks(load_configuration(input_of(case)), all_templates())
    return atlantis_yaml(stacks, output=Path("cdktf.out"), file=Path("atlantis.yaml"))


def _file(text: str) -> _File:
    return _File.model_validate(yaml.safe_load(text))


@pytest.mark.parametrize("case", CASES)
def test_the_file_has_only_keys_that_a_stock_server_accepts(case: str) -> None:
    assert _file(_text(case)).projects


@pytest.mark.parametrize("key", ["workflow", "apply_requirements", "repo_locks", "silence_pr_comments", "dependson"])
def test_the_schema_of_these_tests_refuses_restricted_and_unknown_keys(key: str) -> None:
    document: dict[str, Any] = yaml.safe_load(_text(SHIPPED))
    document["projects"][0][key] = []
    with pytest.raises(ValueError, match=key):
        _File.model_validate(document)


@pytest.mark.parametrize("case", CASES)
def test_there_is_one_project_per_stack_in_the_stacks_own_folder(case: str) -> None:
    projects = _file(_text(case)).projects
    assert {project.name: project.dir for project in projects} == {
        stack: f"cdktf.out/stacks/{stack}" for stack in documents(case)
    }
    assert len({project.name for project in projects}) == len(projects)
    assert not any(".." in Path(project.dir).parts for project in projects)


@pytest.mark.parametrize("case", CASES)
def test_what_a_stack_needs_exists_and_is_applied_in_an_earlier_group(case: str) -> None:
    groups = {project.name: project.execution_order_group for project in _file(_text(case)).projects}
    for project in _file(_text(case)).projects:
        for needed in project.depends_on:
            assert groups[needed] < project.execution_order_group


def _apply_comments(projects: list[_Project], *, notes_each_group: bool) -> int:
    """How many comments `atlantis apply` it takes until everything is applied.

    A server goes through the groups in order and refuses a project one of whose ``depends_on`` is not applied. Which
    are, it notes after each group since 0.42, before only when a comment comes (server/events:
    ``ValidateProjectDependencies`` and ``runProjectCmdsWithCancellationTracker``).
    """
    applied: set[str] = set()
    comments = 0
    while len(applied) < len(projects):
        comments += 1
        known, before = set(applied), set(applied)
        for group in sorted({project.execution_order_group for project in projects}):
            members = [p for p in projects if p.execution_order_group == group and p.name not in before]
            done = {project.name for project in members if known.issuperset(project.depends_on)}
            applied |= done
            known |= done if notes_each_group else set()
            if len(done) < len(members):
                break  # abort_on_execution_order_fail
        assert applied > before, "refused for ever"
    return comments


@pytest.mark.parametrize("case", CASES)
def test_one_comment_applies_everything(case: str) -> None:
    assert _apply_comments(_file(_text(case)).projects, notes_each_group=True) == 1


def test_a_server_before_0_42_takes_one_comment_for_each_group_as_the_page_says() -> None:
    projects = _file(_text(SHIPPED)).projects
    groups = {project.execution_order_group for project in projects}
    assert _apply_comments(projects, notes_each_group=False) == len(groups) > 1
    page = " ".join((ROOT / "docs" / "atlantis.md").read_text().split())
    assert "Run Atlantis 0.42 or later: one `atlantis apply` then applies everything" in page


def test_projects_wait_for_the_foundation_of_their_own_environment() -> None:
    needs = {project.name: project.depends_on for project in _file(_text(SHIPPED)).projects}
    assert needs["dev-abalone"] == ["dev-foundation"]
    assert needs["prod-abalone"] == ["prod-foundation"]
    assert needs["dev-foundation"] == []


def test_a_project_that_takes_models_waits_for_the_one_that_registers_them() -> None:
    projects = {project.name: project for project in _file(_text(SHIPPED)).projects}
    assert projects["dev-scoring"].depends_on == ["dev-foundation", "dev-abalone"]
    assert projects["dev-scoring"].execution_order_group == projects["dev-abalone"].execution_order_group + 1


def test_a_project_that_deploys_waits_for_its_targets_in_all_environments() -> None:
    needs = {project.name: project.depends_on for project in _file(_text(SHIPPED)).projects}
    targets = ["dev-serving-target", "pre-prod-serving-target", "prod-serving-target"]
    assert needs["dev-serving"] == ["dev-foundation", "dev-abalone", *targets]


@pytest.mark.parametrize("case", CASES)
def test_a_stack_is_planned_when_its_own_files_change_and_no_others(case: str) -> None:
    for project in _file(_text(case)).projects:
        assert not any(pattern.startswith(("..", "/", "**")) for pattern in project.autoplan.when_modified)


def _stack(name: str, *needs: str, engine: Literal["terraform", "opentofu"] = "terraform") -> StackPlan:
    environment = Environment("dev", "111111111111", "us-east-1", LocalState(), engine=engine)
    return StackPlan(name, environment, needs=needs)


def test_the_group_is_how_deep_the_dependencies_go() -> None:
    stacks = [_stack("a"), _stack("b", "a"), _stack("c", "a", "b"), _stack("d")]
    projects = _file(atlantis_yaml(stacks, output=Path("out"), file=Path("atlantis.yaml"))).projects
    assert [project.execution_order_group for project in projects] == [0, 1, 2, 0]


def test_the_distribution_is_named_for_opentofu_only() -> None:
    stacks = [_stack("a"), _stack("b", engine="opentofu")]
    text = atlantis_yaml(stacks, output=Path("out"), file=Path("atlantis.yaml"))
    assert [project.get("terraform_distribution") for project in yaml.safe_load(text)["projects"]] == [
        None,
        "opentofu",
    ]


def test_a_folder_outside_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="outside"):
        atlantis_yaml([], output=tmp_path / "elsewhere", file=tmp_path / "repository" / "atlantis.yaml")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped environments; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["atlantis", *arguments])


def test_the_command_writes_the_file_beside_the_environments_and_then_finds_it_fresh(site: Path) -> None:
    assert _run("--check").exit_code == 1
    assert not Path("atlantis.yaml").exists()
    assert _run().exit_code == 0
    assert Path("atlantis.yaml").read_text() == _text(SHIPPED)
    assert (_run("--check").exit_code, _run("--check").stdout) == (0, "atlantis.yaml is fresh\n")


def test_a_stale_file_is_shown_as_a_diff_and_left_alone(site: Path) -> None:
    _run()
    text = Path("atlantis.yaml").read_text().replace("name: dev-abalone", "name: dev-abalon")
    Path("atlantis.yaml").write_text(text)
    run = _run("--check")
    assert run.exit_code == 1
    assert "-- name: dev-abalon\n" in run.stdout
    assert "+- name: dev-abalone\n" in run.stdout
    assert Path("atlantis.yaml").read_text() == text


def test_the_page_shows_what_is_generated() -> None:
    page = (ROOT / "docs" / "atlantis.md").read_text()
    (shown,) = re.findall(r"^```yaml\n# Written by.*?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown in _text(SHIPPED)
    assert shown.count("- name: ") == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "projects: 1",
        "projects: [1]",
        pytest.param("[" * 5000, id="nested"),
        '"\\UFFFFFFFF"',
        "projects: !!bool maybe",
        '!!float ""',
        pytest.param("\x00", id="nul"),
    ],
)
def test_a_file_of_atlantis_that_cannot_be_read_names_no_stack(text: str, tmp_path: Path) -> None:
    (tmp_path / "atlantis.yaml").write_text(text)
    assert stacks_named(tmp_path / "atlantis.yaml", tmp_path / "cdktf.out") == []
