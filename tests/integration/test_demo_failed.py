"""A demo that fails leaves the emulator's log, and says where it is."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "tests" / "unit" / "golden" / "every-option" / "environments"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


def _failing(output: Path, temporary: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a demo that fails once its emulator is there: the mirror that it is to take the provider from is none."""
    command = [sys.executable, "-P", "-m", "sagemaker_templates.cli", "demo", *options]
    settings = {"PYTHONPATH": str(ROOT / "constructs"), "TMPDIR": temporary}
    return subprocess.run(
        [*command, "--environments", str(ENVIRONMENTS), "--output", str(output)],
        env={**os.environ, **settings, "SAGEMAKER_TEMPLATES_PROVIDER_MIRROR": str(output / "none")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_demo_that_fails_keeps_the_emulators_log_and_nothing_else(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        run = _failing(tmp_path / "out", temporary)
        assert run.returncode == 1
        said = re.fullmatch(r"the emulator's log is in (\S+)", run.stderr.splitlines()[-1])
        assert said, run.stderr
        log = Path(said[1])
        assert [path.name for path in Path(temporary).iterdir()] == [log.name]
        assert "werkzeug" in log.read_text()
        assert log.stat().st_mode & 0o777 == 0o600


def test_a_demo_that_fails_says_that_the_emulator_that_it_was_to_keep_still_runs(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        run = _failing(tmp_path / "out", temporary, "--keep")
        said = re.search(r"the emulator is still running; to end it: kill (\d+)", run.stderr)
        assert said, run.stderr
        with suppress(ProcessLookupError):
            os.kill(int(said[1]), signal.SIGTERM)
        assert run.returncode == 1
        assert re.search(r"the emulator's log is in \S+", run.stderr)
