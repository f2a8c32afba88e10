"""``sagemaker-templates bootstrap``; ``cli`` puts it on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from sagemaker_templates.authoring.asking import can_ask
from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.options import EnvironmentsOption
from sagemaker_templates.terminal import errors, say


def bootstrap(
    *,
    environment: Annotated[str, typer.Argument(metavar="ENV", help="The environment whose account it is.")],
    environments: EnvironmentsOption = Path("environments"),
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Make or mend what Terraform needs in an account: the bucket of the states, and its key. Delete nothing."""
    from sagemaker_templates.bootstrap.states import States
    from sagemaker_templates.doctor.account import NotAnswered, Refused
    from sagemaker_templates.failures import StepFailed

    states = States.of(load_and_note(environments), environment)
    try:
        changes = states.changes()
        if not changes:
            say(f"{states.bucket} is as states need it: nothing to do")
            return
        say(f"{states.bucket} in the account {states.account_id}:")
        for change in changes:
            say(f"  {change.what}")
        if not (yes or (can_ask() and typer.confirm("Do it?", err=True))):
            say("nothing was changed; --yes does it")
            raise typer.Exit(1)
        with errors.status("Changing"):
            states.make(changes)
    except (Refused, NotAnswered) as refusal:
        raise StepFailed("\n".join([str(refusal), *getattr(refusal, "__notes__", ())])) from None
    say(f"done: {states.bucket} is as states need it")
