"""A rehearsal's report as Markdown."""

from collections.abc import Iterator

from sagemaker_templates.rehearsal.report import Report
from sagemaker_templates.review.plan.markdown import escaped


def as_markdown(report: Report) -> str:
    """Return the page: the verdict, the timeline, what was refused, and the rights of each role."""
    return "\n".join([*_timeline(report), *_refused(report), *_rights(report), ""])


def _timeline(report: Report) -> Iterator[str]:
    yield f"# Rehearsal of {escaped(report.scope)}\n\n{escaped(report.verdict)}\n"
    yield "| Seconds | Account | Role | What | Outcome |"
    yield "|---:|---|---|---|---|"
    for moment in report.moments:
        cells = (moment.account, moment.role, moment.what, moment.outcome)
        yield f"| {moment.seconds:.1f} | {' | '.join(map(escaped, cells))} |"


def _refused(report: Report) -> Iterator[str]:
    if report.refused:
        yield "\n## What was refused\n"
        yield from (f"- {escaped(message)}" for message in report.refused)


def _rights(report: Report) -> Iterator[str]:
    if report.roles:
        yield "\n## What each role used of its rights"
    for role in report.roles:
        yield f"\n### {escaped(role.role)} in {escaped(role.account)}\n"
        if role.used:
            yield "| Right | on | through |\n|---|---|---|"
        for used in role.used:
            yield f"| {' | '.join(map(escaped, (used.action, ', '.join(used.resources), used.via or '')))} |"
        if role.unused:
            unused = ", ".join(f"{one.action} ({one.statement})" for one in role.unused)
            yield f"\nNothing here has used: {escaped(unused)}."
