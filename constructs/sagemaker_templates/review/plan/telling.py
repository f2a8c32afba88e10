"""Telling of the stacks while they are planned."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sagemaker_templates.terminal import errors


@contextmanager
def telling_of_plans(stacks: int) -> Iterator[Callable[[str], None]]:
    """Tell of the stack that is being planned: on a terminal in one line that goes away, else a line for each."""
    count = itertools.count(1)
    with errors.status("Starting") as status:
        tell = status.update if errors.is_terminal else errors.print
        yield lambda stack: tell(f"Planning {stack} ({next(count)} of {stacks})")
