"""``make rehearsal`` shows what roles do after the applies, and ends with a report of it."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from trained_model import seed_python

ROOT = Path(__file__).parents[2]
# Who does what, in its order; what the administrator does is not listed.
BY_ROLES = [
    ("abalone-codepipeline", "read abalone-build: "),
    ("abalone-events", "the rule abalone-build-push matches: started abalone-build"),
    ("abalone-codepipeline", "abalone-build: Source/Source"),
    ("abalone-codebuild", "abalone-build: Build/Build"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: its steps are not executed yet"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_the_rehearsal_shows_each_step_as_the_role_that_takes_it_and_writes_it_down(
    tmp_path: Path, missing: Callable[[str], NoReturn]
) -> None:
    if seed_python() is None:
        missing("there is no environment of the seeds: set SEED_PYTHON to its Python")
    dropped = ("NODE_OPTIONS", "MAKEFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    report = tmp_path / "report"
    run = subprocess.run(
        ["make", "--no-print-directory", "rehearsal", f"REPORT={report}"],
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
    lines = re.findall(r"^ +[\d.]+ s  (ok|left out) +111111111111  (\S+) +(.*)$", run.stdout, re.MULTILINE)
    acted = [(role, what) for _, role, what in lines if role != "administrator"]
    assert [role for role, _ in acted] == [role for role, _ in BY_ROLES]
    assert all(what.startswith(begins) for (_, what), (_, begins) in zip(acted, BY_ROLES, strict=True))
    assert [what for outcome, _, what in lines if outcome == "left out"] == [BY_ROLES[-1][1]]
    assert "Preprocess" in run.stdout, "the definition that the build compiled"
    assert "\x1b" not in run.stdout, "output that is not a terminal is plain"
    for file in ("rehearsal.md", "rehearsal.html"):
        text = re.sub(r"\\", "", (report / file).read_text(encoding="utf-8"))
        assert all(what in text for _, what in acted)
