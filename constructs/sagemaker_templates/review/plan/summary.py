"""One stack's plan, judged: everything that the text and the Markdown say of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.review.plan.asked import Coming, coming
from sagemaker_templates.review.plan.changes import CHANGING, Action, PlannedChanges, read_plan
from sagemaker_templates.review.plan.costs import Cost, costs
from sagemaker_templates.review.plan.danger import Danger, Kind
from sagemaker_templates.review.plan.data_loss import data_dangers
from sagemaker_templates.review.plan.exposure import exposure_dangers
from sagemaker_templates.review.plan.rights import NewRights, asked_rights, new_rights, right_dangers
from sagemaker_templates.review.plan.way_back import WayBack
from sagemaker_templates.wording import counted


@dataclass(frozen=True)
class StackSummary:
    """What one stack's plan would do.

    Attributes:
        dangers: in the order of their kinds.
        rights: of the roles, keys and buckets that the plan creates.
        asked: rights of what exists on what another stack of the same review creates.
    """

    stack: str
    changes: PlannedChanges
    dangers: tuple[Danger, ...]
    rights: tuple[NewRights, ...]
    costs: tuple[Cost, ...]
    asked: tuple[NewRights, ...] = ()

    @property
    def counts(self) -> dict[Action, int]:
        """How many resources each action is done to, the gravest action first."""
        return {action: number for action in CHANGING if (number := len(self.changes.of(action)))}

    @property
    def in_a_line(self) -> str:
        """The counts as words: ``1 to destroy, 2 to change``."""
        counted = ", ".join(f"{number} to {action}" for action, number in self.counts.items())
        outputs = "only outputs change" if self.changes.outputs else "nothing to change"
        return counted or outputs


@dataclass(frozen=True)
class NotPlanned:
    """A stack that could not be planned, and Terraform's own words."""

    stack: str
    error: str


def summarize(stack: str, shown: Mapping[str, Any]) -> StackSummary:
    """Judge what ``terraform show -json PLAN`` wrote of a stack.

    Raises:
        ValueError: the plan holds something that this version does not know.
    """
    return _judged(stack, read_plan(shown), Coming())


def told_apart(plans: Sequence[StackSummary]) -> tuple[StackSummary, ...]:
    """The stacks of one review, judged together: rights on what another of them creates were asked for with it."""
    all_coming = coming((plan.stack, plan.changes) for plan in plans)
    return tuple(_judged(plan.stack, plan.changes, all_coming) if plan.dangers else plan for plan in plans)


def _judged(stack: str, changes: PlannedChanges, all_coming: Coming) -> StackSummary:
    reality = changes.of_reality
    found = (*data_dangers(changes), *exposure_dangers(reality), *right_dangers(reality, all_coming))
    order = list(Kind)
    dangers = sorted(dict.fromkeys(found), key=lambda danger: (order.index(danger.kind), danger.address))
    asked = tuple(asked_rights(reality, all_coming))
    return StackSummary(stack, changes, tuple(dangers), tuple(new_rights(changes)), tuple(costs(changes)), asked)


@dataclass(frozen=True)
class Review:
    """The plans of several stacks.

    Attributes:
        ways_back: for the stacks, planned or not, whose apply was interrupted.
    """

    planned: tuple[StackSummary, ...]
    failed: tuple[NotPlanned, ...] = ()
    ways_back: tuple[WayBack, ...] = ()

    def dangers(self) -> Iterator[tuple[Kind, list[tuple[str, Danger]]]]:
        """The dangers of each kind there is, with the stack of each; the gravest kind first."""
        for kind in Kind:
            found = [(plan.stack, danger) for plan in self.planned for danger in plan.dangers if danger.kind is kind]
            if found:
                yield kind, found

    @property
    def total(self) -> str:
        """Everything in a line."""
        failed = [f"{counted(len(self.failed), 'stack')} could not be planned"] if self.failed else []
        return "; ".join([*self._of_the_planned, *failed])

    @property
    def _of_the_planned(self) -> list[str]:
        if not self.planned:
            return []
        counts: Counter[Action] = sum((Counter(plan.counts) for plan in self.planned), Counter())
        changes = ", ".join(f"{counts[action]} to {action}" for action in CHANGING if counts[action])
        dangers = [danger for plan in self.planned for danger in plan.dangers]
        found = counted(len(dangers), "danger") if dangers else "no danger found"
        return [f"{counted(len(self.planned), 'stack')}: {changes or 'nothing to change'}", found]
