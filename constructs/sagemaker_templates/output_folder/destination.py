"""Which folder may be written: nothing that holds anything but a synthesis, and nothing that somebody works in."""

import os
from pathlib import Path

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.ownership import is_synthesis

_NAMED = 3


def checked_destination(output: Path, environments: Path) -> Path:
    """Return the folder that ``output`` names, symbolic links followed; it may not exist yet. Nothing is written.

    Raises:
        WrongInput: it is no folder of synthesis' own, in one line.
    """
    try:
        folder = output.resolve()
        objection = _objection(output, folder, environments)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        reason = error.strerror if isinstance(error, OSError) else "a loop of symbolic links"
        raise WrongInput(f"{output} cannot be written: {reason}") from error
    if objection:
        raise WrongInput(f"{output} {objection}; nothing was written")
    return folder


def _objection(output: Path, folder: Path, environments: Path) -> str | None:
    if _holds(folder, Path.cwd()):
        return "is the current folder or holds it: give a folder of its own, such as cdktf.out"
    if _holds(folder, environments.resolve()) or _holds(environments.resolve(), folder):
        return f"is {environments}, holds it or lies in it: give a folder of its own, such as cdktf.out"
    if folder.exists():
        return _objection_to_what_is_there(folder)
    if output.is_symlink():
        return "is a symbolic link to nothing"
    nearest = next(parent for parent in folder.parents if parent.exists())
    return None if nearest.is_dir() else f"lies in {nearest}, which is no folder"


def _objection_to_what_is_there(folder: Path) -> str | None:
    if not folder.is_dir():
        return "is no folder"
    if os.path.ismount(folder):
        return "is a mount point: give a folder in it"
    if not is_synthesis(folder):
        return f"holds what synthesis did not write ({_some(folder)}): give a folder of its own"
    return None


def _holds(folder: Path, other: Path) -> bool:
    """Whether a path is a folder or lies in it, however either is spelt."""
    return any(_same(folder, path) for path in (other, *other.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def _some(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())
    return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])
