"""Commands that run side by side can be ended at once, with what they started; no other begins then."""

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.running import CommandsStopped, RunningCommands
from sagemaker_templates.operations.terraform import Terraform, TerraformError

LONGEST_WAIT_SECONDS = 30
"""Only a test that fails waits so long."""
# Is deaf to a polite end, and so is what it started, which holds its output open.
_STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
os.write(1, b"working\\n")  # in one piece, for two write here
while True:
    signal.pause()
"""


class _Running:
    """A command that would run for ever, in a thread of its own."""

    def __init__(self, folder: Path, commands: RunningCommands) -> None:
        (folder / "stubborn.py").write_text(_STUBBORN)
        engine = Engine("Terraform", (sys.executable, str(folder / "stubborn.py")), "1.11.4")
        self._said: Queue[str] = Queue()
        self._pool = ThreadPoolExecutor(1)
        self.terraform = Terraform(engine, folder, {}, folder / "data", self._said.put, commands=commands)
        self.apply: Future[str] = self._pool.submit(self.terraform.apply)

    def wait(self) -> None:
        """Wait until it and what it started are there."""
        for _ in range(2):
            assert self._said.get(timeout=LONGEST_WAIT_SECONDS) == "working"


@pytest.fixture
def commands() -> Iterator[RunningCommands]:
    """Stopped at the end, whatever happens."""
    running = RunningCommands()
    yield running
    running.stop()


def test_what_runs_is_ended_with_all_that_it_started_and_nothing_else_begins(
    tmp_path: Path, commands: RunningCommands
) -> None:
    running = _Running(tmp_path, commands)
    running.wait()
    commands.stop()
    with pytest.raises(TerraformError):  # its output has ended, so nobody holds it open any more
        running.apply.result(LONGEST_WAIT_SECONDS)
    with pytest.raises(CommandsStopped):
        running.terraform.plan()
