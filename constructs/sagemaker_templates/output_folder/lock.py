"""One synthesis at a time writes a folder."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sagemaker_templates.output_folder.ownership import MARKER


@contextmanager
def locked(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Make the folder if need be, and keep every other synthesis out of it for as long as the block runs.

    The lock is on the folder's list, which is never replaced. It is the kernel's: a process that is killed leaves
    none behind.

    Args:
        waiting: called when another synthesis has the lock, before waiting for it.

    Raises:
        OSError: the folder cannot be written, or its file system knows no locks.
    """
    descriptor = _taken(folder, waiting)
    try:
        yield
    finally:
        os.close(descriptor)


def _taken(folder: Path, waiting: Callable[[], None]) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / MARKER, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            _lock(descriptor, waiting)
            if _is_still(folder / MARKER, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int, waiting: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the file was not removed, with all of the folder maybe, while we waited."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False
