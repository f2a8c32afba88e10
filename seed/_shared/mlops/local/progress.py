"""How far the command is: one line for each step, rewritten on a terminal, plain anywhere else."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

_CLEAR_LINE = "\r\x1b[K"


def is_terminal(stream: TextIO) -> bool:
    """Whether a line can be rewritten there."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


@dataclass(frozen=True)
class Progress:
    """Tells people what is running, and how long it took."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Tell that something begins, and that it is done or failed."""
        terminal = is_terminal(self.stream)
        self._write(f"{name} ..." if terminal else f"{name}: started\n")
        started = time.monotonic()
        outcome = "failed after"
        try:
            yield
            outcome = "done in"
        finally:
            seconds = time.monotonic() - started
            self._write(f"{_CLEAR_LINE if terminal else ''}{name}: {outcome} {seconds:.1f} s\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
