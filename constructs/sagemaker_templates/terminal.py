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


def say(text: str) -> None:
    """Write a result."""
    typer.echo(text)


def say_data(data: object) -> None:
    """Write a result for programs: JSON that any terminal and any locale can take."""
    typer.echo(json.dumps(data, indent=2))
