"""Nothing that a build has started outlives a rehearsal that somebody ends."""

import os
import select
from pathlib import Path

import pytest
from sagemaker_templates.interruption import Interrupted, interruptible
from sagemaker_templates.rehearsal.commands import Ended, run_to_end

LONGEST_WAIT_SECONDS = 30
"""Only a test that fails waits so long."""


def test_a_command_gives_its_code_and_all_that_it_printed(tmp_path: Path) -> None:
    given = {"PATH": os.environ["PATH"], "NAME": "a name"}
    ended = run_to_end(["sh", "-c", 'echo "$NAME"; pwd >&2; exit 3'], folder=tmp_path, environment=given)
    assert ended == Ended(3, f"a name\n{tmp_path}\n")


def test_an_interruption_ends_the_command_with_what_it_started(tmp_path: Path) -> None:
    """The command itself interrupts, once it has started something that would run on."""
    script = f"sleep 600 & echo $! > pid; kill -TERM {os.getpid()}; wait"
    with pytest.raises(Interrupted), interruptible():
        run_to_end(["sh", "-c", script], folder=tmp_path)
    assert _ends(int((tmp_path / "pid").read_text()))


def _ends(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], LONGEST_WAIT_SECONDS)[0])
    finally:
        os.close(handle)
