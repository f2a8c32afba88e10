"""A temporary folder to render a synthesis in. What a process that was killed left behind, the next one removes."""

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


@contextmanager
def rendering_folder() -> Iterator[Path]:
    """Give an empty folder that is gone when the block ends.

    Raises:
        OSError: there is no room for it.
    """
    _remove_abandoned(Path(tempfile.gettempdir()))
    folder, descriptor = _taken()
    try:
        (folder / "rendered").mkdir()
        yield folder / "rendered"
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


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.iterdir():
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
    shutil.rmtree(folder / "rendered", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
