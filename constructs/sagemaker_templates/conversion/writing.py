"""Puts files where there are none."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sagemaker_templates.conversion.documents import Document


def put_in_place(documents: Sequence[Document], environments: Path) -> None:
    """Write all files or none.

    Raises:
        OSError: one cannot be written, or has come to be there meanwhile.
    """
    written: list[Path] = []
    try:
        for document in documents:
            file = environments / document.path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                written.append(file)
                opened.write(document.text)
    except BaseException:
        for file in written:
            with suppress(OSError):
                file.unlink()
        raise
