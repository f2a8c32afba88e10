"""A process that runs SQL and can be ended: the only limit that holds for every query.

SQLite asks every so many instructions whether it may go on. In between it can search long texts for hours, and a sort
can take all memory: one would hold the job, the other end it. This process has its memory limited by the operating
system, and whoever waits for it waits for so long and no longer.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import subprocess
import sys
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from database import QueryError
from examples import Example
from scoring import Score, can_be_scored, canonical, score

ANSWER_SECONDS = 60.0
"""Wall-clock time that all queries of one answer may take together."""

MEMORY_BYTES = 1024**3
"""Address space of the process."""

_BLOCK = 65536


class _EndedError(Exception):
    """The process is no more; the message says why."""


class Referee(AbstractContextManager["Referee"]):
    """Scores answers in a process of its own, which it starts anew when it had to be ended."""

    def __init__(self, seconds: float = ANSWER_SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._end()

    def score(self, example: Example, answer: str) -> Score:
        """As scoring.score; what takes too much is wrong, with the reason.

        Raises:
            QueryError: the example's own SQL cannot be executed.
        """
        try:
            told = self._ask(example, answer)
        except _EndedError as error:
            exact = canonical(answer) == canonical(example.sql)
            return Score(execution=False, exact=exact, problem=str(error))
        if "error" in told:
            raise QueryError(told["error"])
        return Score(**told)

    def can_be_scored(self, example: Example) -> bool:
        """As scoring.can_be_scored; what takes too much cannot."""
        try:
            return bool(self._ask(example, None))
        except _EndedError:
            return False

    def _ask(self, example: Example, answer: str | None) -> Any:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = _started()
        question = json.dumps({"example": asdict(example), "answer": answer})
        try:
            return json.loads(self._told(self._process, question))
        except (_EndedError, OSError) as error:
            self._end()
            raise _EndedError(str(error)) from None

    def _told(self, process: subprocess.Popen[bytes], question: str) -> bytes:
        if process.stdin is None or process.stdout is None:
            raise _EndedError("ended the process that ran it")
        process.stdin.write(f"{question}\n".encode())
        process.stdin.flush()
        end = time.monotonic() + self._seconds
        told = b""
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while not told.endswith(b"\n"):
                if not waiting.select(max(0.0, end - time.monotonic())):
                    raise _EndedError(f"took longer than {self._seconds:g} seconds")
                block = os.read(process.stdout.fileno(), _BLOCK)
                if not block:
                    raise _EndedError("ended the process that ran it")
                told += block
        return told

    def _end(self) -> None:
        if self._process is not None:
            with suppress(BrokenPipeError), self._process as process:
                process.kill()
            self._process = None


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, str(Path(__file__).resolve())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def serve() -> None:
    """Answer one line with one line until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_told(Example(**asked["example"]), asked["answer"])), flush=True)


def _told(example: Example, answer: str | None) -> object:
    if answer is None:
        return can_be_scored(example)
    try:
        return asdict(score(example, answer))
    except QueryError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    serve()
