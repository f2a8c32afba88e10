"""A review for the terminal."""

from collections.abc import Iterator

from sagemaker_templates.review.plan.lines import AND_THEN, HOW_TO_GO_ON, SYMBOLS, cost_details, details, printable
from sagemaker_templates.review.plan.summary import Review, StackSummary
from sagemaker_templates.review.plan.way_back import Step


def as_text(review: Review) -> str:
    """Return the review, dangers first, without colours and without a final newline."""
    blocks = [
        *_dangers(review),
        *_failures(review),
        *_ways_back(review),
        *(_stack(plan) for plan in review.planned),
        [review.total],
    ]
    return "\n\n".join("\n".join(map(printable, block)) for block in blocks)


def _dangers(review: Review) -> Iterator[list[str]]:
    for kind, found in review.dangers():
        yield [f"! {kind.value}", *(f"  {stack}: {danger.address}: {danger.text}" for stack, danger in found)]


def _failures(review: Review) -> Iterator[list[str]]:
    for failure in review.failed:
        yield [f"! {failure.stack} could not be planned", *(f"  {line}" for line in failure.error.splitlines())]


def _ways_back(review: Review) -> Iterator[list[str]]:
    for way in review.ways_back:
        yield [
            f"! {way.stack}: {HOW_TO_GO_ON}",
            *(line for step in way.steps for line in _step(step)),
            f"  {AND_THEN}",
        ]


def _step(step: Step) -> Iterator[str]:
    yield f"  {step.why}"
    yield from (f"    {command}" for command in step.commands)


def _stack(plan: StackSummary) -> list[str]:
    return [f"{plan.stack}: {plan.in_a_line}", *_changes(plan), *_rights(plan), *_costs(plan)]


def _changes(plan: StackSummary) -> Iterator[str]:
    for change in plan.changes.changing:
        about = details(change)
        yield f"  {SYMBOLS[change.action]:>3} {change.address}{f': {about}' if about else ''}"


def _rights(plan: StackSummary) -> Iterator[str]:
    if plan.rights:
        yield "  rights of what is new:"
    for rights in plan.rights:
        yield f"      {rights.address} {rights.text}"
    if plan.asked:
        yield "  rights on what another stack creates, asked for with it:"
    for rights in plan.asked:
        yield f"      {rights.address}: {rights.text}"


def _costs(plan: StackSummary) -> Iterator[str]:
    if plan.costs:
        yield "  paid for:"
    for cost in plan.costs:
        yield f"  {SYMBOLS[cost.action]:>3} {cost.address}: {cost_details(cost)}"
