"""The commands of the review; ``cli`` puts them on the command line."""

import difflib
from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.options import EnvironmentsOption, SynthesizedOption
from sagemaker_templates.terminal import say


def atlantis(
    environments: EnvironmentsOption = Path("environments"),
    output: SynthesizedOption = Path("cdktf.out"),
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The file to write.", show_default="atlantis.yaml beside environments"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if the file is stale.")] = False,
) -> None:
    """Write atlantis.yaml: one project per stack, in the order of their dependencies."""
    from sagemaker_templates.review.atlantis import atlantis_yaml
    from sagemaker_templates.stacks.synthesis import planned_stacks
    from sagemaker_templates.templates.registry import all_templates

    target = file or environments.parent / "atlantis.yaml"
    stacks = planned_stacks(load_configuration(environments), all_templates())
    text = atlantis_yaml(stacks, output=output, file=target)
    if check:
        _check(target, text)
        return
    target.write_text(text, encoding="utf-8")
    say(f"{len(stacks)} projects in {target}")


def _check(file: Path, text: str) -> None:
    old = file.read_text(encoding="utf-8") if file.is_file() else ""
    if old == text:
        say(f"{file} is fresh")
        return
    for line in difflib.unified_diff(old.splitlines(), text.splitlines(), n=1, lineterm=""):
        say(line)
    say(f"{file} is stale: `sagemaker-templates atlantis` writes it anew")
    raise typer.Exit(1)
