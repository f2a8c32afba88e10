"""The Python that a repository's builds and jobs run with: one that has what its locks name."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.rehearsal.commands import run_to_end

_KEY_LENGTH = 16
_LACKING = "import sys; from importlib.util import find_spec; print(*(n for n in sys.argv[1:] if not find_spec(n)))"


class PackagesMissing(StepFailed):
    """The environment could not be made; the message has what pip said."""


def chosen_python(path: Path, option: str = "--python") -> Path:
    """The Python that somebody named with an option.

    Raises:
        WrongInput: it is no program.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a virtual environment's python is a link, not to follow
    if not (absolute.is_file() and os.access(absolute, os.X_OK)):
        raise WrongInput(
            f"{option}: {path} is no program; it takes the python of an environment, such as .venv/bin/python"
        )
    return absolute


def lacking(python: Path, libraries: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """Which libraries an environment does not have.

    Args:
        python: of the environment.
        libraries: the names by which they are imported.
        environment: all variables of the search; by default this process's own.
    """
    return run_to_end([str(python), "-c", _LACKING, *libraries], environment=environment).printed.split()


def python_with(
    locks: Sequence[Path],
    tell: Callable[[str], None],
    *,
    built_with: str = "",
    named: str = "--python names an environment of yours",
) -> Path:
    """A Python with the packages of some locks, made on first use and kept for the next rehearsal.

    It lies below ``$XDG_CACHE_HOME`` or ``~/.cache``, under a name that the locks' content gives.

    Args:
        locks: with hashes.
        tell: told that it is being made.
        built_with: the package of the locks that builds those that there is only the source of; by default the
            newest of each that such a package asks for.
        named: said to whoever waits: how to have it otherwise.

    Raises:
        PackagesMissing: pip could not install them.
    """
    text = b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()
    folder = _cache() / hashlib.sha256(text).hexdigest()[:_KEY_LENGTH]
    python = folder / "bin" / "python"
    if not python.exists():
        names = " and ".join(lock.name for lock in locks)
        tell(f"installing what {names} names into {folder}, once; {named}")
        _make(folder, locks, built_with)
    return python


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return base / "sagemaker-templates" / "rehearsal"


def _make(folder: Path, locks: Sequence[Path], built_with: str) -> None:
    """Made beside its place and then moved there, so that what was interrupted is never taken for whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    packages = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    try:
        _run([sys.executable, "-m", "venv", str(packages)])
        for lock in locks:
            if built_with:
                _install(packages, _alone(built_with, lock, packages))
            _install(packages, lock, *(["--no-build-isolation"] if built_with else []))
        # A virtual environment finds its packages beside its own bin/, wherever it was moved to.
        packages.rename(folder)
    finally:
        shutil.rmtree(packages, ignore_errors=True)


def _alone(package: str, lock: Path, folder: Path) -> Path:
    """A lock with one package of another."""
    entry = re.compile(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n?", re.MULTILINE)
    alone = folder / f"{package}.txt"
    alone.write_text("".join(entry.findall(lock.read_text(encoding="utf-8"))), encoding="utf-8")
    return alone


def _install(folder: Path, lock: Path, *options: str) -> None:
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    _run([*command, *options, "-r", str(lock)])


def _run(command: list[str]) -> None:
    ended = run_to_end(command)
    if ended.code:
        raise PackagesMissing(f"{' '.join(command)} failed:\n{ended.printed.strip()}")
