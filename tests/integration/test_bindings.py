"""However the bindings are loaded, and whichever they are, they synthesize the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from sagemaker_templates.providers import PLAIN_IMPORT_VARIABLE
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


def test_lazy_bindings_synthesize_what_the_plain_import_does(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    environment = {**os.environ, PLAIN_IMPORT_VARIABLE: "1"}
    environment.pop("NODE_OPTIONS", None)
    code = (
        "import sys; from pathlib import Path; from synthesized import synthesize_copy;"
        f"synthesize_copy('{SHIPPED}', Path(sys.argv[1])); print(len(sys.modules))"
    )
    folders = os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "tests" / "unit")])
    run = subprocess.run(
        [sys.executable, "-c", code, str(plain)],
        env={**environment, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) > 2000, "the plain import loads the whole binding; otherwise nothing was compared"
    assert files_of(plain / "cdktf.out" / "stacks") == files(SHIPPED)
