"""A target of the Makefile, run as somebody types it."""

import os
import subprocess
from pathlib import Path

from terraform_starter import Missing

ROOT = Path(__file__).parents[3]
_OF_THE_TEST_RUN = ("NODE_OPTIONS", "MAKEFLAGS")


def made(output: Path, missing: Missing, *arguments: str) -> str:
    """Run ``make`` with its synthesis written to ``output``, and return what it printed; it has to succeed."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_TEST_RUN}
    run = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={**environment, "CDKTF_OUTDIR": str(output)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if "neither in a mirror nor on the network" in run.stderr:
        missing(run.stderr.strip())
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "\x1b" not in run.stdout, "output that is not a terminal is plain"
    return run.stdout
