"""The Python that a repository's builds and jobs run with: one that has what its requirements.txt names."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.rehearsal.commands import run_to_end

_KEY_LENGTH = 16


class PackagesMissing(StepFailed):
    """The environment could not be made; the message has what pip said."""


def chosen_python(path: Path) -> Path:
    """The Python that somebody named.

    Raises:
        WrongInput: it is no program.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a virtual environment's python is a link, not to follow
    if not (absolute.is_file() and os.access(absolute, os.X_OK)):
        raise WrongInput(
            f"--python: {path} is no program; it takes the python of an environment, such as .venv/bin/python"
        )
    return absolute


def python_with(requirements: Path, tell: Callable[[str], None]) -> Path:
    """A Python with a lock's packages, made on first use and kept for the next rehearsal.

    It lies below ``$XDG_CACHE_HOME`` or ``~/.cache``, under a name that the lock's content gives.

    Raises:
        PackagesMissing: pip could not install them.
    """
    text = requirements.read_bytes() + sys.version.encode()
    folder = _cache() / hashlib.sha256(text).hexdigest()[:_KEY_LENGTH]
    python = folder / "bin" / "python"
    if not python.exists():
        tell(f"installing what {requirements.name} names into {folder}, once; --python names an environment of yours")
        _make(folder, requirements)
    return python


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return base / "sagemaker-templates" / "rehearsal"


def _make(folder: Path, requirements: Path) -> None:
    """Made beside its place and then moved there, so that what was interrupted is never taken for whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    packages = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    try:
        _run([sys.executable, "-m", "venv", str(packages)])
        lock = ["--no-deps", "--require-hashes", "-r", str(requirements)]
        _run([str(packages / "bin/python"), "-m", "pip", "install", "--quiet", *lock])
        # A virtual environment finds its packages beside its own bin/, wherever it was moved to.
        packages.rename(folder)
    finally:
        shutil.rmtree(packages, ignore_errors=True)


def _run(command: list[str]) -> None:
    ended = run_to_end(command)
    if ended.code:
        raise PackagesMissing(f"{' '.join(command)} failed:\n{ended.printed.strip()}")
