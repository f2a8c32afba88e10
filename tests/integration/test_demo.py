"""``make demo`` shows the whole product: applied, unchanged by a second plan, and gone again."""

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sagemaker_templates.operations.engine import Engine

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


def test_the_demo_applies_everything_plans_nothing_more_and_cleans_up(
    tmp_path: Path, terraform_engine: Engine, missing: Callable[[str], NoReturn]
) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("NODE_OPTIONS", "MAKEFLAGS")}
    run = subprocess.run(
        ["make", "--no-print-directory", "demo"],
        cwd=ROOT,
        env={**environment, "CDKTF_OUTDIR": str(tmp_path / "out")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if "neither in a mirror nor on the network" in run.stderr:
        missing(run.stderr.strip())
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    stacks = sorted(path.name for path in (tmp_path / "out" / "stacks").iterdir())
    assert sorted(re.findall(r"^  (\S+) +planned again: no changes$", run.stdout, re.MULTILINE)) == stacks
    assert "CHANGES" not in run.stdout
    assert "\x1b" not in run.stdout, "output that is not a terminal is plain"
    address = re.search(r"AWS at http://127\.0\.0\.1:(\d+), .*; it goes at the end", run.stdout)
    assert address
    assert not _listens(int(address[1]))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
