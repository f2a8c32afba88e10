"""Commands of a build or an installation, which end with all that they started when somebody interrupts."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.interruption import stopped_by_interruption


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and all that it printed, errors included."""

    code: int
    printed: str


def run_to_end(
    command: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command that reads nothing.

    Args:
        folder: to run in; by default the current one.
        environment: all of its variables; by default this process's own.

    Raises:
        Interrupted: somebody wants this command line to end; the command and what it started are gone.
    """
    with (
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a group of its own, which can be ended as a whole
        ) as process,
        stopped_by_interruption(lambda: _end(process)),
    ):
        printed, _ = process.communicate()
    return Ended(process.returncode, printed)


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
