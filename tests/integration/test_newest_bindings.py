"""The stacks work with both major versions of the AWS provider: both bindings synthesize the same bytes."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from synthesized import ROOT, SHIPPED, files, files_of

PYTHON = ROOT / "tests" / "newest_bindings" / ".venv" / "bin" / "python"


def test_the_newest_bindings_synthesize_the_same_bytes(tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    if not PYTHON.exists():
        missing("the newest bindings are not installed: make tests/newest_bindings/.venv/.installed")
    version = subprocess.run(
        [PYTHON, "-c", "import importlib.metadata as m; print(m.version('cdktf-cdktf-provider-aws'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.startswith("21.")
    command: list[str | Path] = [
        PYTHON,
        ROOT / "main.py",
        "--environments",
        ROOT / "environments",
        "--output",
        tmp_path / "out",
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert files_of(tmp_path / "out" / "stacks") == files(SHIPPED)
