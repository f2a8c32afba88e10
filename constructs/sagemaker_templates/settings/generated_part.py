"""The part of a page that the code writes: it stands between two lines, and nothing around it is touched."""

from pathlib import Path

END = "<!-- end of generated -->"


def renewed(text: str, begin: str, content: str) -> str:
    """A page with its generated part brought up to date.

    Args:
        begin: the line that the part stands after; ``END`` is the one that it stands before.
        content: what it holds.

    Raises:
        ValueError: the page does not say where the part begins and ends.
    """
    before, found, rest = text.partition(begin)
    _, end, after = rest.partition(END)
    if not found or not end:
        raise ValueError(f"the page needs the lines {begin} and {END}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def renew(file: Path, begin: str, content: str) -> None:
    """Bring a page up to date, as ``renewed`` says."""
    file.write_text(renewed(file.read_text(encoding="utf-8"), begin, content), encoding="utf-8")
