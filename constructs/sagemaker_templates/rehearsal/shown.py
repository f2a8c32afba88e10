"""A rehearsal on the terminal: each moment as it comes, and the end."""

from rich.console import Console
from rich.text import Text

from sagemaker_templates.rehearsal.report import Moment, Report

_STYLES = {"done": "green", "failed": "bold red", "left out": "yellow"}
_MARKS = {"done": "ok", "failed": "FAILED", "left out": "left out"}


def show_moment(console: Console, moment: Moment) -> None:
    """One line: when, how it went, where, as whom, what."""
    console.print(
        Text.assemble(
            (f"{moment.seconds:7.1f} s  ", "dim"),
            (f"{_MARKS[moment.outcome]:<9}", _STYLES[moment.outcome]),
            f"{moment.account}  ",
            (f"{moment.role:<32} ", "bold"),
            moment.what,
        )
    )


def show_end(console: Console, report: Report) -> None:
    """What was refused, which rights were used, and how it ended."""
    if report.refusals:
        console.print(Text("\nRefused", style="bold"))
        for refusal in report.refusals:
            console.print(
                Text(f"  {refusal.account}  {refusal.role}  {refusal.action} on {refusal.resource}: {refusal.reason}")
            )
    if report.rights:
        console.print(Text("\nRights", style="bold"))
        for rights in report.rights:
            console.print(Text(f"  {rights.role}: {len(rights.used)} used; not used: {_listed(rights.unused)}"))
    console.print()
    console.print(Text(report.verdict, style="bold red" if report.failed else "bold"))


def _listed(actions: tuple[str, ...]) -> str:
    return ", ".join(actions) or "none"
