"""``sagemaker-templates explain``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.options import EnvironmentsOption, Format, FormatOption
from sagemaker_templates.terminal import pictures, say_data


def explain(
    *,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="A key; without it all of them are listed.")
    ] = None,
    environments: EnvironmentsOption = Path("environments"),
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what a key of the settings is for: where it may stand, what is allowed, its default, whose rule it is."""
    from sagemaker_templates.authoring.explanation import as_data, explained, listed
    from sagemaker_templates.authoring.known_keys import all_keys, find
    from sagemaker_templates.templates.registry import all_templates

    templates = all_templates()
    keys = all_keys(templates)
    found = find(key, keys, _names(environments)) if key is not None else keys
    if format_ is Format.JSON:
        say_data(as_data(found, templates))
        return
    console = pictures()
    for number, part in enumerate(explained(found, templates) if key is not None else listed(found)):
        if number:
            console.print()
        console.print(part)


def _names(environments: Path) -> list[str]:
    """The environments' names as their folders say: a key can be asked for while the settings are still wrong."""
    if not environments.is_dir():
        return []
    return sorted(path.name for path in environments.iterdir() if path.is_dir() and not path.name.startswith("."))
