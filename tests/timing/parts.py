"""Runs the parts of ``make test``, and says at the end what took how long.

``parts.py MAKE STAGE…`` with any Python that the project supports, before anything is set up. A stage is a target
of the Makefile, or several of them that run side by side, joined by ``+``; their output is shown part by part. The
first stage that fails is the last one that is run.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build" / "timing"
_REPORT = Path(__file__).with_name("report.py")
_PYTHON = ROOT / ".venv" / "bin" / "python"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Part:
    """What one part took.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of processor time of its processes, as far as each was waited for by the one that started it.
        code: its exit code.
    """

    name: str
    wall: float
    cpu: float
    code: int


def run_part(name: str, command: Sequence[str], *, hold_back: bool) -> Part:
    """Run a part to its end; what it writes may be held back until then, so that it stays in one piece."""
    with tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        # Files that make has opened for its own jobs stay open, so that the part may share them.
        process = subprocess.Popen(
            command,
            stdout=output if hold_back else None,
            stderr=subprocess.STDOUT if hold_back else None,
            close_fds=False,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begun
        if hold_back:
            _show(name, output)
    return Part(name, wall, usage.ru_utime + usage.ru_stime, process.returncode)


def _show(name: str, output: IO[bytes]) -> None:
    output.seek(0)
    with _ONE_AT_A_TIME:
        sys.stdout.buffer.write(f"--- {name}\n".encode() + output.read())
        sys.stdout.buffer.flush()


def run_stage(commands: dict[str, Sequence[str]]) -> list[Part]:
    """Run parts side by side, each given as its name and command."""
    sys.stdout.flush()
    with ThreadPoolExecutor(len(commands)) as pool:
        running = [
            pool.submit(run_part, name, command, hold_back=len(commands) > 1) for name, command in commands.items()
        ]
    return [each.result() for each in running]


def run(make: str, stages: Sequence[str], results: Path) -> int:
    """Run the stages and keep what each part took in ``results``; gives the exit code of the first that failed."""
    results.mkdir(parents=True, exist_ok=True)
    for old in results.iterdir():
        old.unlink()
    for stage in stages:
        targets = stage.split("+")
        if len(targets) > 1:
            print(f"{' and '.join(targets)} run side by side; what each says is shown when it has ended", flush=True)
        parts = run_stage({target: [make, "--no-print-directory", target] for target in targets})
        for part in parts:
            (results / f"{part.name}.json").write_text(json.dumps(asdict(part)), encoding="utf-8")
        failed = [part.code for part in parts if part.code]
        if failed:
            return failed[0]
    return 0


def main(make: str, stages: Sequence[str]) -> int:
    """Run the stages, and show the table of what was run."""
    begun = time.monotonic()
    try:
        code = run(make, stages, RESULTS)
    except KeyboardInterrupt:
        # The parts were interrupted as well, and have said what there is to say.
        return 128 + signal.SIGINT
    if _PYTHON.exists():
        order = [target for stage in stages for target in stage.split("+")]
        whole = str(time.monotonic() - begun)
        subprocess.run([str(_PYTHON), str(_REPORT), str(RESULTS), whole, *order], check=False)
    # A process that a signal ended has a negative code, which no process can exit with.
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
