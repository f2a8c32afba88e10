"""The commands in the CI examples and the pre-commit hooks are commands that exist, with options that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml
from sagemaker_templates.cli import app
from synthesized import ROOT

EXAMPLES = sorted((ROOT / "examples" / "ci").iterdir())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def _parse(arguments: list[str]) -> None:
    """Parse a command line without running it; raises on an unknown command or option."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    command = group.commands[arguments[0]]
    command.make_context(arguments[0], arguments[1:])


def _commands(file: Path) -> list[list[str]]:
    found = re.findall(r"\.venv/bin/sagemaker-templates (.+)$", file.read_text(), re.MULTILINE)
    return [shlex.split(line) for line in found]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_lints_checks_scans_and_plans_in_this_order(file: Path) -> None:
    commands = _commands(file)
    for command in commands:
        _parse(command)
    names = [command[0] for command in commands if command[0] != "atlantis"]
    assert names == ["validate", "synth", "scan", "plan"]
    assert ["synth", "--check"] in commands


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_command_that_exists(hook: dict[str, str]) -> None:
    program, *arguments = shlex.split(hook["entry"])
    assert program == "sagemaker-templates"
    _parse(arguments)


def test_no_example_applies_anything() -> None:
    assert not any(re.search(r"\b(apply|deploy|destroy)\b", line.partition("#")[0])
                   for file in EXAMPLES for line in file.read_text().splitlines())  # fmt: skip
