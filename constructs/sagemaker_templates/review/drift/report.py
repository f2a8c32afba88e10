"""What was found, in words for a person, and as data for a program."""

from collections.abc import Iterator, Sequence
from typing import Any

from sagemaker_templates.review.drift.finding import Cause, Difference
from sagemaker_templates.review.drift.looking import Seen, Status
from sagemaker_templates.review.plan.lines import SYMBOLS, printable
from sagemaker_templates.wording import counted


def as_text(found: Sequence[Seen]) -> str:
    """Everything that differs, what nobody has meant to do first; without a final newline."""
    blocks = [*_by_cause(found), *_failures(found), [total(found)]]
    return "\n\n".join("\n".join(map(printable, block)) for block in blocks)


def as_data(found: Sequence[Seen]) -> dict[str, Any]:
    """The same for programs: what is in it stays under its name, and more may be added."""
    return {"stacks": [_stack(seen) for seen in found]}


def total(found: Sequence[Seen]) -> str:
    """Everything in a line."""
    numbers = {status: sum(seen.status is status for seen in found) for status in Status}
    told = [f"{number} {status.value}" for status, number in numbers.items() if number]
    return f"{counted(len(found), 'stack')}: {', '.join(told)}"


def _by_cause(found: Sequence[Seen]) -> Iterator[list[str]]:
    for cause in Cause:
        for seen in found:
            if those := seen.of(cause):
                yield [f"! {seen.stack}: {cause.value}", *map(_line, those)]


def _line(difference: Difference) -> str:
    sign = SYMBOLS[difference.action] if difference.action else "!"
    about = f": {', '.join(difference.about)}" if difference.about else ""
    return f"  {sign:>3} {difference.address}{about}"


def _failures(found: Sequence[Seen]) -> Iterator[list[str]]:
    for seen in found:
        if seen.error is not None:
            yield [f"! {seen.stack} could not be planned", *(f"  {line}" for line in seen.error.splitlines())]


def _stack(seen: Seen) -> dict[str, Any]:
    return {
        "stack": seen.stack,
        "environment": seen.environment,
        "status": seen.status.value,
        "differences": [
            {
                "cause": one.cause.value,
                "address": one.address,
                "action": one.action.value if one.action else None,
                "about": list(one.about),
            }
            for one in seen.differences
        ],
        "error": seen.error,
    }
