"""The names under ``promotes-to``, of an environment or of one project: which of them can be meant."""

from collections.abc import Collection
from typing import Any

from sagemaker_templates.settings.binding import Bound
from sagemaker_templates.settings.document import Entry, ListNode
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import did_you_mean, quoted

FIELD = "promotes_to"


def check_names(bound: Bound[Any], names: Collection[str], report: Report, *, own: str, called: str) -> bool:
    """Report each name that is no environment, is the own one, or stands twice.

    Args:
        names: those that may be given, and the own one.
        own: the environment that is promoted from.
        called: what that is to whoever reads the line.

    Returns:
        Whether all that was given is right, or nothing was.
    """
    entry = bound.entry(FIELD)
    targets: tuple[str, ...] = bound.fields.get(FIELD) or ()
    right = not bound.is_wrong(FIELD)
    for number, target in enumerate(targets):
        message = _wrong(target, targets[:number], own, called, names)
        if entry and message:
            report.add(entry.file, line_of(entry, number), f"{entry.key}[{number}]", message)
            right = False
    return right


def line_of(entry: Entry, number: int) -> int:
    """The line of one name; a list that a variable holds has one for all of them."""
    return entry.value.items[number].line if isinstance(entry.value, ListNode) else entry.line


def _wrong(target: str, before: tuple[str, ...], own: str, called: str, names: Collection[str]) -> str | None:
    if target in before:
        return f"{quoted(target)} is given twice"
    if target == own:
        return f"{quoted(target)} is {called}"
    if target not in names:
        others = sorted(set(names) - {own})
        allowed = ", ".join(others) if others else "none, as there is no other environment"
        return f"{quoted(target)} is not an environment; allowed: {allowed}{did_you_mean(target, others)}"
    return None
