"""The command line.

Exit codes: 0 all is well, 1 a check found something or a step failed, 2 the input is wrong; 130 after Ctrl-C and 143
after SIGTERM.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sagemaker_templates.adoption import init_command
from sagemaker_templates.authoring import explain_command, new_command
from sagemaker_templates.bootstrap import command as bootstrap_command
from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.conversion import command as conversion
from sagemaker_templates.doctor import command as doctor_command
from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.interruption import Interrupted, interruptible
from sagemaker_templates.inventory import command as inventory
from sagemaker_templates.options import (
    EnvironmentsOption,
    MigrateOption,
    OrphanOption,
    OutputOption,
    SynthesizedOption,
)
from sagemaker_templates.review import commands as review
from sagemaker_templates.review.drift import command as review_drift
from sagemaker_templates.review.plan import command as review_plan
from sagemaker_templates.settings import Configuration, InvalidSettings
from sagemaker_templates.terminal import errors, results, say
from sagemaker_templates.wording import counted

if TYPE_CHECKING:
    from sagemaker_templates.output_folder.vanished import Decisions

app = typer.Typer(
    name="sagemaker-templates",
    help="SageMaker project templates for Terraform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def validate(
    environments: EnvironmentsOption = Path("environments"),
    output: SynthesizedOption = Path("cdktf.out"),
) -> None:
    """Check every file below environments/ and write nothing."""
    configuration = load_and_note(environments, output)
    say(_summary(configuration))


@app.command()
def synth(
    environments: EnvironmentsOption = Path("environments"),
    output: OutputOption = Path("cdktf.out"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if the folder is stale.")] = False,
    orphan: OrphanOption = None,
    migrate: MigrateOption = None,
) -> None:
    """Write the Terraform JSON of every stack."""
    from sagemaker_templates.application import write_stacks
    from sagemaker_templates.output_folder.destination import checked_destination
    from sagemaker_templates.output_folder.vanished import Decisions
    from sagemaker_templates.review.left_behind import left_behind

    if not check:
        checked_destination(output, environments)
    configuration = load_and_note(environments, output)
    decisions = Decisions(orphan or (), migrate or ())
    if check:
        _check_freshness(configuration, environments, output, decisions)
        return
    with errors.status("Starting") as status:
        folders = write_stacks(
            configuration,
            environments=environments,
            output=output,
            progress=lambda stack: status.update(f"Synthesizing {stack}"),
            tell=errors.print,
            decisions=decisions,
            comparisons=[left_behind],
        )
    say(f"{_summary(configuration)}; {counted(len(folders), 'stack')} in {output}/stacks")


def _check_freshness(configuration: Configuration, environments: Path, output: Path, decisions: "Decisions") -> None:
    from sagemaker_templates.application import planned_whereabouts
    from sagemaker_templates.output_folder.vanished import check_nothing_vanishes, synthesized
    from sagemaker_templates.review.freshness import differences

    with errors.status("Comparing"):
        found = differences(configuration, environments=environments, output=output)
    for difference in found:
        say(str(difference))
    check_nothing_vanishes(synthesized(output), planned_whereabouts(configuration, environments, output), decisions)
    if found:
        say(f"{output} is stale: `sagemaker-templates synth` writes it anew")
        raise typer.Exit(1)
    say(f"{_summary(configuration)}; {output} is fresh")


@app.command()
def demo(
    environments: EnvironmentsOption = Path("environments"),
    output: OutputOption = Path("cdktf.out"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the emulator running.")] = False,
) -> None:
    """Plan and apply every stack on the embedded AWS emulator, with no AWS account; then all of it is thrown away."""
    from sagemaker_templates.demo import run_demo

    run_demo(results(), environments=environments, output=output, keep=keep)


@app.command()
def rehearse(
    *,
    scope: Annotated[
        str | None,
        typer.Argument(metavar="[ENV[/PROJECT]]", help="Which project; by default the first that can be rehearsed."),
    ] = None,
    environments: EnvironmentsOption = Path("environments"),
    output: OutputOption = Path("cdktf.out"),
    python: Annotated[
        Path | None,
        typer.Option("--python", help="The Python of an environment with the repository's packages.", metavar="PATH"),
    ] = None,
    container_python: Annotated[
        Path | None,
        typer.Option(
            "--container-python", help="The Python of an environment with what the container has.", metavar="PATH"
        ),
    ] = None,
    model_python: Annotated[
        Path | None,
        typer.Option(
            "--model-python", help="The Python of an environment with torch and transformers.", metavar="PATH"
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="A folder for rehearsal.md and rehearsal.html.", metavar="DIR"),
    ] = None,
) -> None:
    """Apply a project on the emulator and let its roles do what they do in AWS, from a push to what comes of it.

    Which projects that can be, and what is not rehearsed, is in docs/rehearsal.md.
    """
    from sagemaker_templates.rehearsal.run import Wanted
    from sagemaker_templates.rehearsal.run import rehearse as run

    run(results(), Wanted(scope, environments, output, python, container_python, model_python, report))


@app.command()
def docs() -> None:
    """Write the JSON Schemas and the tables of docs/settings.md, converting.md and doctor.md anew, from the code."""
    from sagemaker_templates.conversion import page
    from sagemaker_templates.doctor import page as doctor_page
    from sagemaker_templates.settings import reference, schema
    from sagemaker_templates.templates.registry import all_templates

    templates = all_templates()
    schema.write(templates)
    reference.write(Path("docs/settings.md"), templates)
    page.write(Path("docs/converting.md"))
    doctor_page.write(Path("docs/doctor.md"))


app.command("list")(inventory.list_contents)
app.command()(explain_command.explain)
app.command()(init_command.init)
app.command()(new_command.new)
app.command()(conversion.convert)
app.command()(review.atlantis)
app.command()(review.scan)
app.command()(review_plan.plan)
app.command()(review_drift.drift)
app.command()(doctor_command.doctor)
app.command()(bootstrap_command.bootstrap)


def _summary(configuration: Configuration) -> str:
    environments = ", ".join(environment.name for environment in configuration.environments)
    return f"{counted(len(configuration.projects), 'project')} in {environments}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code; wrong input is lines of text, no traceback."""
    try:
        with interruptible():
            _check_current_folder()
            app(args=list(arguments) if arguments is not None else None)
    except Interrupted as interrupted:
        errors.print(str(interrupted))
        sys.exit(interrupted.exit_code)
    except InvalidSettings as invalid:
        for problem in invalid.problems:
            errors.print(str(problem))
        errors.print(f"{counted(len(invalid.problems), 'problem')}; nothing was written")
        sys.exit(2)
    except WrongInput as wrong:
        errors.print(str(wrong))
        sys.exit(2)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        errors.print(f"{error.strerror or error}{place}")
        sys.exit(2)
    except StepFailed as failure:
        for line in (str(failure), *getattr(failure, "__notes__", ())):
            errors.print(line)
        sys.exit(1)


def _check_current_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise WrongInput("the current folder was deleted: go to one that exists; nothing was written") from None


if __name__ == "__main__":
    main()
