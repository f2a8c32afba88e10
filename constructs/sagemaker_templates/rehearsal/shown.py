"""A rehearsal on the terminal: each moment as it comes, and the end."""

from rich.console import Console
from rich.text import Text

from sagemaker_templates.rehearsal.report import Moment, Report
from sagemaker_templates.wording import counted

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
    """What each role used of its rights, what was refused, and how it ended."""
    console.print()
    for role in report.roles:
        if role.acted:
            used, unused = len({one.action for one in role.used}), len({one.action for one in role.unused})
            told = f"used {counted(used, 'right')}; {unused} more granted and not used here"
            console.print(Text.assemble((f"{role.role:<32} ", "bold"), told))
    for message in report.refused:
        console.print(Text.assemble(("refused   ", "bold red"), message))
    console.print(Text(report.verdict, style="bold red" if report.failed else "bold"))
