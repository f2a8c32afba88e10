"""A review as a comment on a pull request."""

import re
from collections.abc import Iterator

from sagemaker_templates.review.plan.changes import CHANGING
from sagemaker_templates.review.plan.lines import AND_THEN, HOW_TO_GO_ON, SYMBOLS, cost_details, details, printable
from sagemaker_templates.review.plan.summary import Review, StackSummary

LONGEST = 60_000
"""Characters: GitHub takes comments of up to 65,536."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


def as_markdown(review: Review, longest: int = LONGEST) -> str:
    """Return the review, dangers first, at most ``longest`` characters unless the dangers alone are more.

    What is left out are the lists of the last stacks; the text says so.
    """
    head = "\n".join([*_dangers(review), *_failures(review), *_ways_back(review), *_table(review)])
    sections: list[str] = []
    room = longest - len(head)
    for number, plan in enumerate(review.planned):
        section = "\n".join(_details(plan))
        room -= len(section) + 1
        if room < _ROOM_FOR_NOTE:
            left = len(review.planned) - number
            sections.append(f"\nToo long for a comment: the lists of the last {left} of the stacks are left out.\n")
            break
        sections.append(section)
    return "\n".join([head, *sections])


_ROOM_FOR_NOTE = 200


def _dangers(review: Review) -> Iterator[str]:
    yield f"## Plan\n\n{escaped(review.total)}\n"
    for kind, found in review.dangers():
        yield f"### :warning: {kind.value}\n"
        for stack, danger in found:
            yield f"- **{escaped(stack)}** {_code(danger.address)}: {escaped(danger.text)}"
        yield ""


def _failures(review: Review) -> Iterator[str]:
    for failure in review.failed:
        yield f"### :x: {escaped(failure.stack)} could not be planned\n"
        yield from _block(failure.error)


def _ways_back(review: Review) -> Iterator[str]:
    for way in review.ways_back:
        yield f"### :warning: {escaped(way.stack)}: {HOW_TO_GO_ON}\n"
        for step in way.steps:
            yield f"{escaped(step.why)}\n"
            yield from _block("\n".join(step.commands), "sh")
        yield f"{escaped(AND_THEN)}\n"


def _table(review: Review) -> Iterator[str]:
    if not review.planned:
        return
    yield f"| Stack | {' | '.join(CHANGING)} |"
    yield f"|---|{'---:|' * len(CHANGING)}"
    for plan in review.planned:
        numbers = " | ".join(str(plan.counts.get(action, "")) for action in CHANGING)
        yield f"| {escaped(plan.stack)} | {numbers} |"
    yield ""


def _details(plan: StackSummary) -> Iterator[str]:
    if not plan.counts:
        return
    yield f"<details><summary>{escaped(plan.stack)}: {plan.in_a_line}</summary>\n"
    for change in plan.changes.changing:
        about = details(change)
        yield f"- {_code(SYMBOLS[change.action])} {_code(change.address)}{f' {escaped(about)}' if about else ''}"
    yield from _list("Rights of what is new", [f"{_code(r.address)} {escaped(r.text)}" for r in plan.rights])
    yield from _list(
        "Rights on what another stack creates, asked for with it",
        [f"{_code(r.address)}: {escaped(r.text)}" for r in plan.asked],
    )
    yield from _list(
        "Paid for",
        [f"{_code(SYMBOLS[c.action])} {_code(c.address)} {escaped(cost_details(c))}" for c in plan.costs],
    )
    yield "\n</details>\n"


def _list(title: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"\n**{title}**\n"
    yield from (f"- {item}" for item in items)


def escaped(text: str) -> str:
    """The text as Markdown shows it unchanged; nobody is mentioned by it."""
    return _SPECIAL.sub(r"\\\1", printable(text)).replace("@", "&#64;")


def _code(text: str) -> str:
    """The text in a code span: with more backticks around it than there are in it."""
    shown = printable(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    padding = " " if "`" in shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _block(text: str, language: str = "text") -> Iterator[str]:
    lines = [printable(line) for line in text.splitlines()]
    fence = "`" * (1 + max([2, *map(len, re.findall("`+", text))]))
    yield "\n".join([f"{fence}{language}", *lines, fence, ""])
