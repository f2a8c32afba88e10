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
    """How it ended."""
    console.print()
    console.print(Text(report.verdict, style="bold red" if report.failed else "bold"))
