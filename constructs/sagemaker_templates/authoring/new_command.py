"""``sagemaker-templates new``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.options import EnvironmentsOption, Format, FormatOption
from sagemaker_templates.terminal import errors, say, say_data

if TYPE_CHECKING:
    from sagemaker_templates.authoring.new_project import NewProject
    from sagemaker_templates.authoring.questions import Question


def new(
    *,
    scope: Annotated[
        str | None,
        typer.Argument(
            metavar="[ENV/NAME]",
            help="The environment, and the name of the project; ENV/TEAM/NAME in the folder of a team.",
        ),
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", metavar="NAME", help="What it is made from.", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of its file; may be given again.", show_default=False),
    ] = None,
    environments: EnvironmentsOption = Path("environments"),
    format_: FormatOption = Format.TEXT,
) -> None:
    """Write the file of a new project, with all that it may say; in a terminal, what is missing is asked for."""
    from sagemaker_templates.authoring.asking import asked, can_ask
    from sagemaker_templates.authoring.given import given
    from sagemaker_templates.authoring.new_project import check_free, write_project
    from sagemaker_templates.authoring.questions import open_questions, with_what_follows
    from sagemaker_templates.templates.registry import all_templates

    configuration = load_and_note(environments)
    draft, complaints = given(configuration, all_templates(), scope=scope, template=template, settings=settings or ())
    file = draft.file(environments)
    if file and not complaints:
        check_free(file)
    if can_ask() and not complaints:
        draft = asked(draft)
    draft = with_what_follows(draft)
    complaints += [_missing(question) for question in open_questions(draft) if not _is_told(question, complaints)]
    if complaints:
        raise WrongInput("\n".join([*complaints, "nothing was written"]))
    _say(write_project(draft, environments), environments, format_)


def _missing(question: "Question") -> str:
    there = f"; there are: {', '.join(question.choices)}" if question.choices else ""
    return f"missing: {question.option}: {question.help.removesuffix('.')}{there}"


def _is_told(question: "Question", complaints: list[str]) -> bool:
    """Whether something was given, and a complaint says what is wrong with it."""
    return any(complaint.startswith(question.option.split()[0]) for complaint in complaints if question.is_first)


def _say(made: "NewProject", environments: Path, format_: Format) -> None:
    project = made.project
    scope = f"{project.environment.name}/{project.name}"
    where = "" if environments == Path("environments") else f" --environments {environments}"
    steps = [f"sagemaker-templates synth{where}", f"sagemaker-templates plan {scope}{where}"]
    for note in made.notes:
        errors.print(f"note: {note}")
    if format_ is Format.JSON:
        names = {"file": made.file.as_posix(), "project": scope, "id": project.id, "template": project.template}
        say_data({**names, "next": steps})
        return
    say(f"{made.file.as_posix()}: a project of {project.template}, with the id {project.id}")
    say('What else it may say stands in it behind "#". Next:')
    for step in steps:
        say(f"  {step}")
