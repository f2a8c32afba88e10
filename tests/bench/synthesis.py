"""Measures ``python main.py`` beside an empty CDKTF app: CPU seconds, wall time and peak memory, as a ratio."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
RUNS = 3
EMPTY_APP = "import cdktf, sys; a = cdktf.App(outdir=sys.argv[1]); cdktf.TerraformStack(a, 'empty'); a.synth()"


@dataclass(frozen=True)
class Figures:
    """One run: seconds of CPU, seconds of wall time, MiB of the largest process."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def measure(command: list[str]) -> Figures:
    """Run a command to its end."""
    start = time.perf_counter()
    # The advice about Node's version that jsii prints would be measured, too.
    environment = {**os.environ, "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Figures(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


def medians(command: list[str]) -> Figures:
    """Medians of several runs, after one that is not counted."""
    measure(command)
    runs = [astuple(measure(command)) for _ in range(RUNS)]
    return Figures(*(statistics.median(column) for column in zip(*runs, strict=True)))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        ours = medians([sys.executable, "main.py", "--output", f"{folder}/out"])
        empty = medians([sys.executable, "-c", EMPTY_APP, f"{folder}/empty"])
    table = Table("", "python main.py", "empty CDKTF app", "ratio", title=f"Medians of {RUNS} runs")
    rows = ("CPU seconds", "wall seconds", "peak MiB")
    for name, mine, other in zip(rows, astuple(ours), astuple(empty), strict=True):
        table.add_row(name, f"{mine:.2f}", f"{other:.2f}", f"{mine / other:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
