"""Commands of a build or an installation, which end with all that they started when somebody interrupts."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.interruption import stopped_by_interruption
from sagemaker_templates.operations.running import RunningCommands


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

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a group of its own, which can be ended as a whole
        )

    commands = RunningCommands()
    # In a thread, for a signal interrupts the main one anywhere: also between a command's start and its being known.
    with (
        stopped_by_interruption(commands.stop),
        ThreadPoolExecutor(max_workers=1) as pool,
        stopped_by_interruption(commands.stop),
    ):
        return pool.submit(_ended, commands, start).result()


def _ended(commands: RunningCommands, start: Callable[[], subprocess.Popen[str]]) -> Ended:
    with commands.started(start) as process, process:
        printed, _ = process.communicate()
        return Ended(process.returncode, printed)
