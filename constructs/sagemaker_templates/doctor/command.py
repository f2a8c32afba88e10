"""``sagemaker-templates doctor``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.options import EnvironmentsOption, Format, FormatOption
from sagemaker_templates.terminal import errors, results, say_data

Scope = Annotated[
    str | None,
    typer.Argument(metavar="[ENV[/PROJECT]]", help="An environment, or one project in it; without it everything."),
]


def doctor(
    *,
    scope: Scope = None,
    environments: EnvironmentsOption = Path("environments"),
    format_: FormatOption = Format.TEXT,
) -> None:
    """Ask the real accounts, with your credentials, for what would stop an apply; change nothing."""
    from sagemaker_templates.doctor.examination import Examination
    from sagemaker_templates.doctor.report import as_data, as_lines
    from sagemaker_templates.doctor.site import sites
    from sagemaker_templates.doctor.verdict import Status
    from sagemaker_templates.templates.registry import all_templates

    examined = sites(load_and_note(environments), all_templates(), scope)
    with errors.status("Asking") as status:
        findings = Examination().findings(examined, lambda what: status.update(f"Asking: {what}"))
    if format_ is Format.JSON:
        say_data(as_data(findings))
    else:
        console = results()
        for line in as_lines(findings, examined, console.encoding):
            console.print(line)
    if any(one.verdict.status is Status.FAILED for one in findings):
        raise typer.Exit(1)
