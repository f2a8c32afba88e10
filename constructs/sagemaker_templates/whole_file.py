"""Files that are never seen half written: by whoever reads meanwhile, or after a crash."""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_NO_SECOND_NAMES = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP}
"""What file systems say that have no hard links, FAT among them."""


def write_whole(file: Path, text: str) -> None:
    """Write a file as a whole or not at all; a symbolic link is followed, and the file's mode stays.

    What is no file, such as a terminal or a pipe, is written to as it is.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    target = file.resolve()
    if target.exists() and not target.is_file():
        file.write_text(text, encoding="utf-8")
        return
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        if target.exists():
            aside.chmod(target.stat().st_mode)
        aside.replace(target)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def write_new(file: Path, text: str) -> None:
    """Write a file that must not be there yet, as a whole or not at all; the folder is made where it is missing.

    Raises:
        FileExistsError: something of that name is there, also if it came while this ran; it is not touched.
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        # A second name for what is written is refused where the name is taken; a rename would take it away.
        try:
            os.link(aside, file)
        except OSError as error:
            if error.errno not in _NO_SECOND_NAMES:
                raise
            with file.open("x", encoding="utf-8") as new:
                new.write(text)
    finally:
        with suppress(OSError):
            aside.unlink()


def write_all_new(texts: Mapping[Path, str]) -> None:
    """Write files that must not be there yet, all or none; folders are made where they are missing.

    Raises:
        FileExistsError: something of such a name is there; it is not touched.
        OSError: one cannot be written; those written before it are gone again, and the folders made for them.
    """
    written: list[Path] = []
    made: list[Path] = []
    try:
        for file, text in texts.items():
            made += [folder for folder in reversed(file.parents) if not folder.exists()]
            write_new(file, text)
            written.append(file)
    except BaseException:
        for file in reversed(written):
            with suppress(OSError):
                file.unlink()
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise
