"""Replaces a synthesis by the next one, file by file.

No file is missing or half written for whoever reads meanwhile, such as Terraform: what is new is written aside, on
the same file system, and renamed into place. What is not ours stays. If the process dies in between, what it was
about to write and remove stands in a list, and the next synthesis goes on from there.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.ownership import (
    MAIN_FILES,
    MANIFEST,
    MARKER,
    STACKS,
    announced,
    listing,
    owned,
    reached_plainly,
    staging_folders,
)

_NEW = "new"


@dataclass(frozen=True)
class Kept:
    """What stays in the folder of a stack that is gone.

    Attributes:
        names: of the files and folders that are not ours; those of folders end in a slash.
    """

    stack: str
    names: tuple[str, ...]


def replace(folder: Path, new: Path) -> list[Kept]:
    """Put the synthesis in ``new`` in the place of the one in ``folder``, which the caller has locked.

    Returns:
        What is left of stacks that ``new`` does not hold.

    Raises:
        WrongInput: something that is not ours is in the way; nothing was written.
        OSError: something cannot be written.
    """
    old, wanted = owned(folder), _files(new)
    changed = [name for name in wanted if not _is_same(folder / name, new / name)]
    gone = sorted(old - set(wanted), key=_order_of_removal)
    _check(folder, changed, gone, old)
    abandoned = staging_folders(folder)
    if changed or gone or abandoned:
        if MARKER in changed:
            # In place, as it carries the lock; the text is always the same.
            (folder / MARKER).write_bytes((new / MARKER).read_bytes())
            changed.remove(MARKER)
        staging = _staged(folder, new, changed, old | set(wanted))
        _place(staging / _NEW, folder)
        _remove(folder, gone, {*gone, *announced(folder)} - set(wanted))
        for path in (*abandoned, staging):
            _remove_staging(path)
    return list(_kept(folder, gone, wanted))


def _staged(folder: Path, new: Path, changed: Iterable[str], ours: Iterable[str]) -> Path:
    """Write aside what is to be moved into place; first of all what is ours from now on."""
    staging = Path(tempfile.mkdtemp(prefix=".synthesis-", dir=folder))
    try:
        (staging / MARKER).write_text(listing(ours), encoding="utf-8")
        (staging / _NEW).mkdir()
        for name in changed:
            (staging / _NEW / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new / name, staging / _NEW / name)
    except BaseException:
        with suppress(OSError):
            _remove_staging(staging)  # nothing was moved: as if it had never been
        raise
    return staging


def _place(staging: Path, folder: Path) -> None:
    """Move into place: what a file refers to before the file itself, and a new folder as a whole."""
    for path in sorted(staging.iterdir(), key=_order_of_arrival):
        target = folder / path.name
        if path.is_dir() and target.is_dir():
            _place(path, target)
        else:
            path.replace(target)


def _remove(folder: Path, files: Iterable[str], emptied: Iterable[str]) -> None:
    for name in files:
        (folder / name).unlink(missing_ok=True)
    for name in sorted(emptied, reverse=True):
        if reached_plainly(folder, name):
            _remove_empty(folder, (folder / name).parent)


def _remove_empty(folder: Path, within: Path) -> None:
    while within not in (folder, folder / STACKS):
        try:
            within.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return  # somebody's files are in it
        within = within.parent


def _remove_staging(staging: Path) -> None:
    """Its list last: by that it is known."""
    if (staging / _NEW).exists():
        shutil.rmtree(staging / _NEW)
    (staging / MARKER).unlink(missing_ok=True)
    staging.rmdir()


def _order_of_arrival(path: Path) -> tuple[bool, bool, bool, str]:
    return path.is_file(), path.name == MARKER, path.name in (*MAIN_FILES, MANIFEST), path.name


def _order_of_removal(name: str) -> tuple[bool, bool, str]:
    """What refers to other files goes before them; the list of a folder goes last."""
    last = name.rpartition("/")[2]
    return last == MARKER, last not in MAIN_FILES, name


def _check(folder: Path, changed: Iterable[str], gone: Iterable[str], old: frozenset[str]) -> None:
    for name in changed:
        if name != MARKER:
            _check_way(folder, name, is_ours=name in old)
    for name in (*changed, *gone):
        _check_writable(folder, (folder / name).parent)


def _check_way(folder: Path, name: str, *, is_ours: bool) -> None:
    path = folder / name
    between = [parent for parent in path.parents if folder in parent.parents]
    in_the_way = [one for one in between if one.is_symlink() or (one.exists() and not one.is_dir())]
    if not in_the_way and not is_ours and (path.is_symlink() or path.exists()):
        in_the_way = [path]
    if in_the_way:
        raise WrongInput(
            f"{in_the_way[0]} is in the way: synthesis did not write it. Move it away; nothing was written"
        )


def _check_writable(folder: Path, within: Path) -> None:
    while not within.exists():
        within = within.parent
    if not os.access(within, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(within))


def _kept(folder: Path, gone: Iterable[str], wanted: Iterable[str]) -> Iterator[Kept]:
    here = set(map(_stack_of, wanted))
    for stack in sorted(set(map(_stack_of, gone)) - here - {""}):
        left = folder / STACKS / stack
        if left.is_dir():
            names = sorted(f"{path.name}/" if path.is_dir() else path.name for path in left.iterdir())
            yield Kept(stack, tuple(names))


def _stack_of(name: str) -> str:
    parts = name.split("/")
    return parts[1] if parts[0] == STACKS else ""


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _is_same(one: Path, other: Path) -> bool:
    return one.is_file() and not one.is_symlink() and one.read_bytes() == other.read_bytes()
