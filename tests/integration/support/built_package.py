"""The package as it is released: a source distribution, and the wheel built from it; no network is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).with_name("uv")
BUILT_FROM = ("constructs", "seed", "examples", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md")


def build_wheel(folder: Path) -> Path:
    """Build the wheel from a copy below ``folder``, where it is as well; nothing is written into the checkout."""
    source, built = folder / "source", folder / "built"
    for name in BUILT_FROM:
        _copy(ROOT / name, source / name)
    run_uv("build", "--offline", "--no-build-isolation", "--out-dir", str(built), str(source))
    (wheel,) = built.glob("*.whl")
    return wheel


def run_uv(*arguments: str) -> None:
    """Run uv for the Python of the tests."""
    run = subprocess.run(
        [str(UV), *arguments, "--quiet", "--python", sys.executable], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
