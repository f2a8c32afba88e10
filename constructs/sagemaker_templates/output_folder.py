"""Replaces a folder as a whole: whoever looks sees the old content or the new, never half of each."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TERRAFORMS_OWN = (".terraform", ".terraform.lock.hcl")
"""What Terraform keeps in a stack's folder: carried over, so that a new synthesis needs no new ``init``."""


@contextmanager
def replaced_whole(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to, which takes the place of ``folder`` when the block ends well.

    If the block fails, or the process dies in it, ``folder`` stays as it was.
    """
    folder = folder.absolute()
    previous = _previous(folder)
    _recover(folder, previous)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        yield staging
        _carry_over(folder, staging)
        staging.chmod(0o755)
        _swap(folder, staging, previous)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _previous(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.previous")


def _recover(folder: Path, previous: Path) -> None:
    """Undo a swap that was interrupted between its two renames."""
    if previous.exists() and not folder.exists():
        previous.rename(folder)


def _swap(folder: Path, staging: Path, previous: Path) -> None:
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    staging.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def _carry_over(folder: Path, staging: Path) -> None:
    for stack in sorted((folder / "stacks").glob("*")):
        new = staging / "stacks" / stack.name
        if not new.is_dir():
            continue
        for name in TERRAFORMS_OWN:
            _copy(stack / name, new / name)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.exists():
        shutil.copy2(source, target)
