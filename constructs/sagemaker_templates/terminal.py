"""Where commands write: results to standard output, progress and complaints to standard error.

No text is taken for more than it says: names and values of a user's settings may look like markup, or like an emoji
(``environment.yaml:100:``).
"""

import json

import typer
from rich.console import Console

errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def results() -> Console:
    """Where tables and the like are written: standard output as it is now, plain unless it is a terminal."""
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def pictures() -> Console:
    """Where trees and labelled facts are written: broken where a terminal's line ends, whole lines for all else."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _UNBROKEN
    return console


_UNBROKEN = 10_000
"""Columns: what reads a pipe looks for whole lines."""


def say(text: str) -> None:
    """Write a result."""
    typer.echo(text)


def say_data(data: object) -> None:
    """Write a result for programs: JSON that any terminal and any locale can take."""
    typer.echo(json.dumps(data, indent=2))
