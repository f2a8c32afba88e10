"""A rehearsal's report as Markdown."""

import re
from collections.abc import Iterator

from sagemaker_templates.rehearsal.report import Report

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


def as_markdown(report: Report) -> str:
    """Return the page: the verdict, the timeline, and what was recorded of refusals and rights."""
    return "\n".join([*_timeline(report), *_refusals(report), *_rights(report), ""])


def _timeline(report: Report) -> Iterator[str]:
    yield f"# Rehearsal of {_escaped(report.scope)}\n\n{_escaped(report.verdict)}\n"
    yield "| Seconds | Account | Role | What | Outcome |"
    yield "|---:|---|---|---|---|"
    for moment in report.moments:
        cells = (moment.account, moment.role, moment.what, moment.outcome)
        yield f"| {moment.seconds:.1f} | {' | '.join(map(_escaped, cells))} |"


def _refusals(report: Report) -> Iterator[str]:
    if report.refusals:
        yield "\n## Refused\n\n| Account | Role | Action | Resource | Why |\n|---|---|---|---|---|"
    for each in report.refusals:
        cells = (each.account, each.role, each.action, each.resource, each.reason)
        yield f"| {' | '.join(map(_escaped, cells))} |"


def _rights(report: Report) -> Iterator[str]:
    if report.rights:
        yield "\n## Rights\n\n| Role | Used | Not used |\n|---|---|---|"
    for each in report.rights:
        yield f"| {_escaped(each.role)} | {_escaped(', '.join(each.used))} | {_escaped(', '.join(each.unused))} |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
