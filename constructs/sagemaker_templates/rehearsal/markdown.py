"""A rehearsal's report as Markdown."""

from collections.abc import Iterator

from sagemaker_templates.rehearsal.report import Report
from sagemaker_templates.review.plan.markdown import escaped


def as_markdown(report: Report) -> str:
    """Return the page: the verdict and the timeline."""
    return "\n".join([*_timeline(report), ""])


def _timeline(report: Report) -> Iterator[str]:
    yield f"# Rehearsal of {escaped(report.scope)}\n\n{escaped(report.verdict)}\n"
    yield "| Seconds | Account | Role | What | Outcome |"
    yield "|---:|---|---|---|---|"
    for moment in report.moments:
        cells = (moment.account, moment.role, moment.what, moment.outcome)
        yield f"| {moment.seconds:.1f} | {' | '.join(map(escaped, cells))} |"
