"""Which stacks ``ENV`` or ``ENV/PROJECT`` names."""

from collections.abc import Iterable, Sequence

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.spelling import did_you_mean, quoted
from sagemaker_templates.stacks.synthesis import StackPlan


def selected(stacks: Sequence[StackPlan], scope: str | None) -> list[StackPlan]:
    """Return the stacks of an environment or of one project in it; all of them without a scope.

    A project that deploys has a target's stack in each of its stages, whichever environment the project is in.

    Raises:
        WrongInput: there is no such environment or project.
    """
    if scope is None:
        return list(stacks)
    environment, slash, project = scope.partition("/")
    check_known("environment", environment, {stack.environment.name for stack in stacks})
    here = [stack for stack in stacks if stack.environment.name == environment]
    if not slash:
        return here
    check_known(f"project in {environment}", project, {stack.belongs_to.name for stack in here if stack.belongs_to})
    return [stack for stack in here if stack.belongs_to and stack.belongs_to.name == project]


def check_known(what: str, name: str, known: Iterable[str]) -> None:
    """Make sure that a name from the command line is one of those that there are.

    Raises:
        WrongInput: it is not; the message says which there are.
    """
    names = sorted(known)
    if name not in names:
        hint = did_you_mean(name, names)
        raise WrongInput(f"there is no {what} named {quoted(name)}{hint}; there are: {', '.join(names)}")
