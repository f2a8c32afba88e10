"""Files that are never seen half written: by whoever reads meanwhile, or after a crash."""

import os
from contextlib import suppress
from pathlib import Path


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
