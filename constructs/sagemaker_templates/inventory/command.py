"""``sagemaker-templates list``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.options import EnvironmentsOption, Format, FormatOption
from sagemaker_templates.terminal import pictures, say_data


def list_contents(
    *,
    environment: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="An environment; without it all of them.")
    ] = None,
    environments: EnvironmentsOption = Path("environments"),
    format_: FormatOption = Format.TEXT,
) -> None:
    """List environments, projects, stacks, states, repositories, and where models go; write nothing."""
    from sagemaker_templates.inventory.contents import as_data, as_trees, contents
    from sagemaker_templates.templates.registry import all_templates

    found = contents(load_and_note(environments), all_templates(), environment)
    if format_ is Format.JSON:
        say_data(as_data(found))
        return
    console = pictures()
    for number, tree in enumerate(as_trees(found)):
        if number:
            console.print()
        console.print(tree)
