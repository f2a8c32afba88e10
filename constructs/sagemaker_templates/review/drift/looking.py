"""Looking at stacks, several side by side, whatever becomes of each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.interruption import Interrupted, stopped_by_interruption
from sagemaker_templates.review.drift.finding import Cause, Difference, differences
from sagemaker_templates.review.plan.planning import Planner
from sagemaker_templates.stacks.synthesis import StackPlan


class Status(StrEnum):
    """How a stack was found."""

    AS_APPLIED = "as applied"
    DIFFERENT = "different"
    NOT_PLANNED = "not planned"


@dataclass(frozen=True)
class Seen:
    """What was found of one stack.

    Attributes:
        error: Terraform's own words, where it could not be planned.
    """

    stack: str
    environment: str
    differences: tuple[Difference, ...] = ()
    error: str | None = None

    @property
    def status(self) -> Status:
        """How it was found."""
        if self.error is not None:
            return Status.NOT_PLANNED
        return Status.DIFFERENT if self.differences else Status.AS_APPLIED

    def of(self, cause: Cause) -> tuple[Difference, ...]:
        """The differences of one cause."""
        return tuple(one for one in self.differences if one.cause is cause)


def look(
    planner: Planner, plans: Sequence[StackPlan], *, jobs: int, progress: Callable[[str], None] = lambda stack: None
) -> list[Seen]:
    """Plan stacks and say what differs; nothing is applied, no state is locked or written.

    Args:
        jobs: the most stacks that are planned at once.
        progress: told a stack's name when its turn comes.

    Raises:
        Interrupted: with the stacks that were not looked at.
    """
    done: list[str] = []

    def one(plan: StackPlan) -> Seen:
        progress(plan.name)
        seen = _seen(planner, plan)
        done.append(plan.name)
        return seen

    stop = planner.commands.stop
    try:
        # Inside, for the pool waits at its end for what is under way; outside, for that may be interrupted too.
        with stopped_by_interruption(stop), ThreadPoolExecutor(jobs) as pool, stopped_by_interruption(stop):
            return list(pool.map(one, plans))
    except Interrupted as interrupted:
        left = [plan.name for plan in plans if plan.name not in done]
        interrupted.left_undone = f"not looked at: {', '.join(left)}"
        raise


def _seen(planner: Planner, plan: StackPlan) -> Seen:
    try:
        return Seen(plan.name, plan.environment.name, differences(planner.shown(plan)))
    except (StepFailed, ValueError) as failure:
        return Seen(plan.name, plan.environment.name, error=str(failure))
