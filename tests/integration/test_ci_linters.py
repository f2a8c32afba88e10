"""The CI examples and the pre-commit hooks are accepted by their own checkers, offline."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]
BIN = ROOT / "tests" / "ci_linters" / ".venv" / "bin"
EXAMPLES = ROOT / "examples" / "ci"

CHECKS: dict[str, list[str | Path]] = {
    "GitHub Actions": [
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        EXAMPLES / "github-actions.yml",
    ],
    "GitLab CI": [
        "check-jsonschema",
        "--builtin-schema",
        "vendor.gitlab-ci",
        "--data-transform",
        "gitlab-ci",
        EXAMPLES / "gitlab-ci.yml",
    ],
    "pre-commit hooks": ["pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_file_is_accepted_by_its_checker(name: str, missing: Callable[[str], NoReturn]) -> None:
    program, *arguments = CHECKS[name]
    if not (BIN / str(program)).exists():
        missing("the checkers are not installed: make tests/ci_linters/.venv/.installed")
    run = subprocess.run([BIN / str(program), *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
