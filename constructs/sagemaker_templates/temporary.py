"""Temporary folders of commands. What a process that was killed left behind, the next one removes."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "sagemaker-templates-"
_NAME = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
_LOCK = ".lock"
_CONTENT = "content"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder, for this user alone, that is gone when the block ends.

    Raises:
        OSError: there is no room for it.
    """
    remove_abandoned()
    folder, descriptor = _taken()
    try:
        (folder / _CONTENT).mkdir()
        yield folder / _CONTENT
    finally:
        _remove(folder)
        os.close(descriptor)


def _taken() -> tuple[Path, int]:
    """A folder with a lock that lasts as long as this process; another process may have thought it abandoned."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        descriptor = _locked(folder, os.O_CREAT)
        if descriptor is not None:
            return folder, descriptor


def remove_abandoned() -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).iterdir():
        if _NAME.fullmatch(folder.name) and _is_own(folder):
            descriptor = _locked(folder, 0)
            if descriptor is not None:
                _remove(folder)
                os.close(descriptor)


def _locked(folder: Path, flags: int) -> int | None:
    """Lock a folder; None where another process has it, or where it is gone."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat((folder / _LOCK).stat(), os.fstat(descriptor)):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _is_own(folder: Path) -> bool:
    try:
        about = folder.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return about.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()


def _remove(folder: Path) -> None:
    """Its lock last: whoever takes it finds nothing else."""
    shutil.rmtree(folder / _CONTENT, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
