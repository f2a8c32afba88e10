"""The Python that a repository's builds and jobs run with: one that has what its locks name."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
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


def python_with(locks: Sequence[Path], tell: Callable[[str], None]) -> Path:
    """A Python with the packages of some locks, made on first use and kept for the next rehearsal.

    It lies below ``$XDG_CACHE_HOME`` or ``~/.cache``, under a name that the locks' content gives.

    Raises:
        PackagesMissing: pip could not install them.
    """
    text = b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()
    folder = _cache() / hashlib.sha256(text).hexdigest()[:_KEY_LENGTH]
    python = folder / "bin" / "python"
    if not python.exists():
        named = " and ".join(lock.name for lock in locks)
        tell(f"installing what {named} names into {folder}, once; --python names an environment of yours")
        _make(folder, locks)
    return python


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return base / "sagemaker-templates" / "rehearsal"


def _make(folder: Path, locks: Sequence[Path]) -> None:
    """Made beside its place and then moved there, so that what was interrupted is never taken for whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    packages = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    try:
        _run([sys.executable, "-m", "venv", str(packages)])
        for lock in locks:
            options = ["--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
            _run([str(packages / "bin/python"), "-m", "pip", "install", *options])
        # A virtual environment finds its packages beside its own bin/, wherever it was moved to.
        packages.rename(folder)
    finally:
        shutil.rmtree(packages, ignore_errors=True)


def _run(command: list[str]) -> None:
    ended = run_to_end(command)
    if ended.code:
        raise PackagesMissing(f"{' '.join(command)} failed:\n{ended.printed.strip()}")
