"""Where commands write: results to standard output, progress and complaints to standard error."""

import typer
from rich.console import Console

errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def say(text: str) -> None:
    """Write a result."""
    typer.echo(text)
