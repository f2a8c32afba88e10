"""The findings as lines for people, and as data for programs."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Finding, Status
from sagemaker_templates.wording import counted

_MARKS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.UNKNOWN: "\N{EN DASH}"}
_PLAIN = {Status.PASSED: "+", Status.FAILED: "x", Status.UNKNOWN: "-"}
_STYLES = {Status.PASSED: "green", Status.FAILED: "bold red", Status.UNKNOWN: "yellow"}


def as_lines(findings: Sequence[Finding], sites: Sequence[Site], encoding: str) -> Iterator[Text]:
    """A heading for each environment, a line for each finding, what to do below it, and how many there are of each.

    Args:
        encoding: of the output; where it has no tick, plain characters stand for it.
    """
    marks = _MARKS if _can_be_written("".join(_MARKS.values()), encoding) else _PLAIN
    where = {site.environment.name: site.environment for site in sites}
    for name, lines in itertools.groupby(findings, key=lambda one: one.environment):
        yield Text(f"{name}  account {where[name].account_id}, {where[name].region}", style="bold")
        for one in lines:
            yield from _lines(one, marks)
        yield Text()
    yield Text(summary(findings))


def _lines(one: Finding, marks: dict[Status, str]) -> Iterator[Text]:
    verdict = one.verdict
    yield Text.assemble("  ", (marks[verdict.status], _STYLES[verdict.status]), f" {one.thing}: {verdict.says}")
    if verdict.remedy:
        yield Text(f"      {verdict.remedy}")


def _can_be_written(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def summary(findings: Sequence[Finding]) -> str:
    """How many there are of each."""
    count = {status: sum(one.verdict.status is status for one in findings) for status in Status}
    wrong, open_ = count[Status.FAILED], count[Status.UNKNOWN]
    return (
        f"{counted(len(findings), 'check')}: {count[Status.PASSED]} as it must be, {wrong} not, "
        f"{open_} could not be told"
    )


def as_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for programs; keys stay, others may be added."""
    return {
        "findings": [
            {
                "environment": one.environment,
                "thing": one.thing,
                "check": one.check,
                "status": str(one.verdict.status),
                "says": one.verdict.says,
                "remedy": one.verdict.remedy or None,
            }
            for one in findings
        ],
        "failed": sum(one.verdict.status is Status.FAILED for one in findings),
    }
