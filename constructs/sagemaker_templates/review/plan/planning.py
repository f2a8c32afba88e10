"""Planning stacks with the credentials of whoever asks, one after the other, whatever becomes of each."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.interruption import Interrupted
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.review.plan.summary import NotPlanned, Review, StackSummary, summarize
from sagemaker_templates.settings.model import EngineName
from sagemaker_templates.stacks.synthesis import StackPlan

Progress = Callable[[str], None]

# Nothing is applied from these plans: a role that may only read suffices, and nobody who applies has to wait.
_WITHOUT_LOCK = "-lock=false"


class NotSynthesized(StepFailed):
    """The folder of a stack is not there, or there is one that the settings do not describe."""


def check_synthesized(stacks: Path, planned: Sequence[StackPlan]) -> None:
    """Check that a folder holds the stacks that the settings describe and no other.

    Raises:
        NotSynthesized: it does not, with what to do.
    """
    wanted = {plan.name for plan in planned}
    there = {folder.parent.name for folder in stacks.glob("*/cdk.tf.json")}
    missing, extra = sorted(wanted - there), sorted(there - wanted)
    found = [f"{stacks} does not hold {', '.join(missing)}"] if missing else []
    found += [f"{stacks} holds {', '.join(extra)}, which the settings do not describe"] if extra else []
    if found:
        raise NotSynthesized(f"{'; '.join(found)}: run `sagemaker-templates synth`, then plan again")


@dataclass(frozen=True)
class Planner:
    """How stacks are planned.

    Attributes:
        engine: finds the engine that an environment asks for.
        stacks: the folder that holds a folder per stack. Terraform works in each, as it would for a person:
            what ``init`` loads stays in ``.terraform``.
        variables: of which those named ``AWS_…`` are the credentials.
    """

    engine: Callable[[EngineName], Engine]
    provider: ProviderSource
    stacks: Path
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def review(self, plans: Sequence[StackPlan], progress: Progress = lambda stack: None) -> Review:
        """Plan every stack; one that fails does not keep the others from being planned."""
        planned: list[StackSummary] = []
        failed: list[NotPlanned] = []
        for number, plan in enumerate(plans):
            progress(plan.name)
            try:
                planned.append(summarize(plan.name, self._planned(plan)))
            except (StepFailed, ValueError) as failure:
                failed.append(NotPlanned(plan.name, str(failure)))
            except Interrupted as interrupted:
                interrupted.left_undone = f"not planned: {', '.join(each.name for each in plans[number:])}"
                raise
        return Review(tuple(planned), tuple(failed))

    def _planned(self, plan: StackPlan) -> dict[str, Any]:
        folder = self.stacks / plan.name
        credentials = {name: value for name, value in self.variables.items() if name.startswith("AWS_")}
        environment = {**credentials, **self.provider.environment()}
        terraform = Terraform(self.engine(plan.environment.engine), folder, environment, folder / ".terraform")
        terraform.init()
        try:
            return terraform.show_json(terraform.plan(_WITHOUT_LOCK))
        finally:
            # A plan holds sensitive values in clear text.
            (folder / ".terraform" / "plan").unlink(missing_ok=True)
