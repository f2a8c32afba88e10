"""Plans of stacks with the credentials of whoever runs this."""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.operations.engine import find_engine
from sagemaker_templates.operations.mirror import provider_source
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from sagemaker_templates.review.plan_changes import changes_of
from sagemaker_templates.review.plan_summary import StackSummary
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.spelling import did_you_mean, quoted
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates


def selected(configuration: Configuration, target: str | None) -> list[StackPlan]:
    """The stacks of an environment (``dev``), of one project in it (``dev/abalone``), or all.

    Raises:
        WrongInput: there is no such environment or project; says the nearest name.
    """
    stacks = planned_stacks(configuration, all_templates())
    if target is None:
        return stacks
    chosen = [stack for stack in stacks if target in (stack.environment.name, _path(stack))]
    if chosen:
        return chosen
    known = sorted({stack.environment.name for stack in stacks} | {_path(stack) for stack in stacks})
    raise WrongInput(
        f"{quoted(target)} is no environment and no project of one; allowed: {', '.join(known)}"
        f"{did_you_mean(target, known)}"
    )


def _path(stack: StackPlan) -> str:
    environment = stack.environment.name
    return f"{environment}/{stack.name.removeprefix(f'{environment}-')}"


def plan_stacks(
    stacks: Sequence[StackPlan], folder: Path, progress: Callable[[str], None] = lambda name: None
) -> list[StackSummary]:
    """Initialize and plan each stack; one that fails does not keep the others from being planned.

    Args:
        folder: holds the stacks' folders.

    Raises:
        WrongInput: a stack was not synthesized.
    """
    missing = [stack.name for stack in stacks if not (folder / stack.name).is_dir()]
    if missing:
        raise WrongInput(f"{', '.join(missing)}: not in {folder}; `sagemaker-templates synth` writes the stacks")
    with tempfile.TemporaryDirectory() as work:
        summaries = []
        for stack in stacks:
            progress(stack.name)
            summaries.append(_summary(stack, folder, Path(work)))
        return summaries


def _summary(stack: StackPlan, folder: Path, work: Path) -> StackSummary:
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    variables = {**own, **provider_source(work).environment()}
    engine = find_engine(stack.environment.engine)
    terraform = Terraform(engine, folder / stack.name, variables, work / stack.name)
    try:
        terraform.init()
        return StackSummary(stack.name, tuple(changes_of(terraform.show_json(terraform.plan()))))
    except TerraformError as error:
        return StackSummary(stack.name, failure=str(error))
