"""A demo that somebody ends is over: nothing of it runs on, nothing lies about, and it says what was left undone."""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.temporary import remove_abandoned

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "tests" / "unit" / "golden" / "minimal" / "environments"
PROCESSES = Path("/proc")
MARK = "INTERRUPTED_DEMO"
LONGEST_WAIT_MS = 120_000
"""Only a test that fails waits so long."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@dataclass
class Demo:
    """A demo that is applying its first stack."""

    process: subprocess.Popen[str]
    mark: str
    temporary: Path

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; give the exit code and what was said to standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate()
        return self.process.returncode, said

    def processes(self) -> dict[int, str]:
        """What runs of it: the processes that have inherited its environment, and their programs."""
        found = {}
        for folder in PROCESSES.glob("[0-9]*"):
            with suppress(OSError):
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
        return found

    def left(self) -> dict[int, str]:
        """What still runs once all that is ending has ended."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                handle = os.pidfd_open(process)
                ended = select.poll()
                ended.register(handle, select.POLLIN)
                ended.poll(LONGEST_WAIT_MS)
                os.close(handle)
        return self.processes()


@pytest.fixture
def demo(terraform_engine: Engine, missing: Callable[[str], NoReturn], tmp_path: Path) -> Iterator[Demo]:
    """Of two stacks, of which the first is planned."""
    if not PROCESSES.is_dir():
        missing(f"there is no {PROCESSES}, where the demo's processes are looked for")
    mark = uuid.uuid4().hex
    # A short path, for sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="demo-") as temporary:
        arguments = ["--environments", str(ENVIRONMENTS), "--output", str(tmp_path / "out")]
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "sagemaker_templates.cli", "demo", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "constructs"), "TMPDIR": temporary, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            started = Demo(process, mark, Path(temporary))
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if re.match(r"  dev-foundation +planned", line):
                    break
            else:
                missing(f"the demo did not come to a plan: {''.join(said)}")
            try:
                yield started
            finally:
                for each in started.processes():
                    with suppress(ProcessLookupError):
                        os.kill(each, signal.SIGKILL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_demo_that_is_interrupted_ends_what_runs_and_says_what_is_left_undone(
    demo: Demo, number: signal.Signals, code: int
) -> None:
    assert any("terraform" in program for program in demo.processes().values())
    returned, said = demo.end(number)
    assert said.splitlines() == [
        f"interrupted ({number.name}): what ran was ended, nothing further was started",
        "0 of 2 stacks rolled out",
        "ended half way: dev-foundation",
        "not begun: dev-abalone",
        "the emulator and all that was created on it are gone; the synthesized JSON is still there",
    ]
    assert returned == code
    assert demo.left() == {}
    assert list(demo.temporary.iterdir()) == []


def test_nothing_runs_on_after_a_demo_that_was_killed_and_the_next_command_removes_its_folders(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo.end(signal.SIGKILL)
    assert demo.left() == {}
    monkeypatch.setattr(tempfile, "tempdir", str(demo.temporary))
    remove_abandoned()
    assert list(demo.temporary.iterdir()) == []
