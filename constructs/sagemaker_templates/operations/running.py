"""The commands that run side by side, so that all can be ended at once."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from sagemaker_templates.failures import StepFailed


class CommandsStopped(StepFailed):
    """No command is begun any more."""


class RunningCommands:
    """Terraform commands of several threads, whose work is thrown away when they are stopped."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        self._one_at_a_time = Lock()

    @contextmanager
    def started(self, start: Callable[[], subprocess.Popen[str]]) -> Iterator[subprocess.Popen[str]]:
        """Start a process, which leads a group of its own, and know of it while the block runs.

        Raises:
            CommandsStopped: nothing is started any more.
        """
        with self._one_at_a_time:
            if self._stopped:
                raise CommandsStopped("stopped before it began")
            process = start()
            self._running.add(process)
        try:
            yield process
        finally:
            with self._one_at_a_time:
                self._running.discard(process)

    def stop(self) -> None:
        """End every command at once, with what it started; begin no other. For what has no state worth unlocking."""
        with self._one_at_a_time:
            self._stopped = True
            for process in self._running:
                if process.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
