"""Temporary folders of commands, which a later command removes where one was killed before it could."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OWNED = re.compile(r"sagemaker-templates-(?P<owner>\d+)-\w+")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder for as long as the block runs, that only this user may enter.

    First those are removed that processes of this user left who were killed.
    """
    remove_abandoned()
    with tempfile.TemporaryDirectory(
        prefix=f"sagemaker-templates-{os.getpid()}-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def remove_abandoned() -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob("sagemaker-templates-*"):
        named = _OWNED.fullmatch(folder.name)
        with suppress(OSError):  # somebody else removes it just now
            if named and _is_own(folder) and not _lives(int(named["owner"])):
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    return not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid == os.getuid()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, so the number was given out anew
        return False
    return True
