"""``sagemaker-templates init``; ``cli`` puts it on the command line."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.options import Format, FormatOption
from sagemaker_templates.terminal import say, say_data
from sagemaker_templates.wording import counted

if TYPE_CHECKING:
    from sagemaker_templates.adoption.answers import Answers


def _each(name: str, metavar: str, help_: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=help_, show_default=False)
    return option


def init(
    *,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where; it is made if need be.")] = Path(),
    environment: Annotated[
        list[str] | None,
        _each("--environment", "NAME", "An environment; once for each, in the order in which models go on."),
    ] = None,
    account_id: Annotated[
        list[str] | None,
        _each("--account-id", "[ENV=]ID", "The account of one environment, or of all; may be given again."),
    ] = None,
    region: Annotated[
        list[str] | None,
        _each("--region", "[ENV=]REGION", "The region of one environment, or of all; may be given again."),
    ] = None,
    state_bucket: Annotated[
        list[str] | None,
        _each("--state-bucket", "[ENV=]BUCKET", "The bucket of Terraform's states; may be given again."),
    ] = None,
    ci: Annotated[
        str | None, _each("--ci", "NAME", "What checks each change: github, gitlab, codebuild, or none.")
    ] = None,
    package: Annotated[
        str | None, _each("--package", "REQUIREMENT", "What pip installs this package from, in one fixed version.")
    ] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Write a repository of a team's own into an empty folder; in a terminal, what is missing is asked for."""
    from sagemaker_templates.adoption.answers import given
    from sagemaker_templates.adoption.repository import check_free, write_repository

    values = {"account-id": account_id or (), "region": region or (), "state-bucket": state_bucket or ()}
    answers, complaints = given(environment or (), values, ci, package)
    if not complaints:
        check_free(folder)
    answers = _completed(answers, complaints, folder)
    written = write_repository(answers, folder)
    _say(written, folder, answers.names, format_)


def _completed(answers: "Answers", complaints: list[str], folder: Path) -> "Answers":
    """The answers with all that is needed: asked for where somebody sits there, else what follows by itself."""
    from sagemaker_templates.adoption.answers import open_questions
    from sagemaker_templates.adoption.package_requirement import installed_from
    from sagemaker_templates.authoring.asking import answer_to, can_ask

    usual = installed_from(folder)
    asking = can_ask() and not complaints
    while found := next((one for one in open_questions(answers, usual) if asking or one.follows), None):
        answers = found.answer(answer_to(found) if asking else str(found.usual))
    missing = [] if complaints else [f"missing: {one.option}: {one.help}" for one in open_questions(answers, usual)]
    if complaints or missing:
        raise WrongInput("\n".join([*complaints, *missing, "nothing was written"]))
    return answers


def _say(written: tuple[str, ...], folder: Path, names: tuple[str, ...], format_: Format) -> None:
    steps = [
        *([f"cd {shlex.quote(str(folder))}"] if folder != Path() else []),
        "python -m pip install --requirement requirements.txt",
        f"sagemaker-templates new {names[0]}/NAME --template xgboost_abalone",
        "sagemaker-templates synth",
        "sagemaker-templates atlantis",
    ]
    if format_ is Format.JSON:
        say_data({"folder": folder.as_posix(), "files": list(written), "next": steps})
        return
    say(f"{counted(len(written), 'file')} in {folder}:")
    for name in written:
        say(f"  {name}")
    say('Networks, roles and tags are in environments/ behind "#". Next:')
    for step in steps:
        say(f"  {step}")
