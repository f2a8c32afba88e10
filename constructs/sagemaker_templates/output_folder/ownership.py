"""What in the output folder is ours. Everything else in it is somebody's, and is never touched.

Each folder has a list of what synthesis wrote in it. The list holds names and no digests: it changes only when files
come or go, so that two changes of one stack can be merged. Whatever it says, ours are only names that we give.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

MARKER = ".synthesized"
"""The list. It does not end as what Terraform, Atlantis or checkov read does."""

HEADER = "# Written by `sagemaker-templates synth`, as are these files; no other file here is touched by it.\n"
STACKS = "stacks"
MANIFEST = "manifest.json"
MAIN_FILES = ("cdk.tf.json", "cdk.tf")
"""What a stack is in: JSON, or HCL where the CDKTF command line asks for it."""

STAGING = re.compile(r"\.synthesis-[a-z0-9_]{8}")
"""Folders that are there while a synthesis writes; see ``replacement``."""

_VERSIONS = re.compile(r'terraform \{\n  required_version = "[^"\n]*"\n\}\n')
_IN_A_STACK = re.compile(
    rf"{re.escape(MARKER)}|cdk\.tf\.json|cdk\.tf|metadata\.json|(?:versions|removed)\.tf|assets/[^\0]+"
)
_IN_THE_ROOT = re.compile(rf"{re.escape(MARKER)}|{re.escape(MANIFEST)}")
_STACK_PATH = re.compile(rf"{STACKS}/(?P<stack>[^/\0]+)/(?P<rest>.+)", re.DOTALL)


def listing(names: Iterable[str]) -> str:
    """The text of a list."""
    return HEADER + "".join(f"{name}\n" for name in sorted(names))


def mark(folder: Path) -> None:
    """Put the lists into a folder that holds a new synthesis and nothing else."""
    for stack in _folders(folder / STACKS):
        files = (path.relative_to(stack).as_posix() for path in stack.rglob("*") if path.is_file())
        (stack / MARKER).write_text(listing(files), encoding="utf-8")
    (folder / MARKER).write_text(listing([MANIFEST]), encoding="utf-8")


def is_synthesis(folder: Path) -> bool:
    """Whether a folder is empty, or holds a synthesis: one with its list, or one of before there were lists."""
    names = {path.name for path in folder.iterdir()}
    if has_list(folder):
        return True
    if _is_cut_off(folder / MARKER):
        names.remove(MARKER)  # the first synthesis was killed before it wrote its list
    return not names or (names <= {MANIFEST, STACKS} and _is_earlier_synthesis(folder))


def has_list(folder: Path) -> bool:
    """Whether there is a list of ours in a folder."""
    return _text(folder / MARKER).startswith(HEADER)


def owned(folder: Path) -> frozenset[str]:
    """The files below the output folder that are there and ours, by their paths in it."""
    names = {MARKER, *_listed(folder)} if has_list(folder) else set()
    if _is_plain_file(folder, MANIFEST):
        names.add(MANIFEST)
    for stack in stack_folders(folder):
        listed = {MARKER, *_listed(stack)} if has_list(stack) else _recognized(stack)
        names |= {f"{STACKS}/{stack.name}/{name}" for name in listed}
    names |= announced(folder)
    return frozenset(name for name in names if _is_our_name(name) and _is_plain_file(folder, name))


def announced(folder: Path) -> set[str]:
    """What syntheses that are under way, or were killed, write or remove."""
    names = {name for staging in staging_folders(folder) for name in _listed(staging)}
    return {name for name in names if _is_our_name(name)}


def staging_folders(folder: Path) -> list[Path]:
    """What syntheses that were killed left behind."""
    return [path for path in _folders(folder) if STAGING.fullmatch(path.name) and _is_ours_to_remove(path)]


def stack_folders(folder: Path) -> list[Path]:
    """Every folder where a stack could be."""
    return [] if (folder / STACKS).is_symlink() else _folders(folder / STACKS)


def stacks_in(folder: Path) -> list[str]:
    """The names of the stacks that are there, whoever wrote them."""
    return [stack.name for stack in stack_folders(folder) if any((stack / name).is_file() for name in MAIN_FILES)]


def _is_ours_to_remove(staging: Path) -> bool:
    """Its list is the first thing in it, and may have been cut off."""
    return has_list(staging) or _is_cut_off(staging / MARKER) or not any(staging.iterdir())


def _is_cut_off(marker: Path) -> bool:
    """Whether a list is the beginning of one."""
    return marker.is_file() and not marker.is_symlink() and HEADER.encode().startswith(marker.read_bytes())


def _is_earlier_synthesis(folder: Path) -> bool:
    manifest = document(folder / MANIFEST)
    stacks = manifest.get("stacks") if manifest else None
    there = {stack.name for stack in stack_folders(folder)}
    return (
        isinstance(stacks, dict)
        and set(stacks) <= there
        and all(_recognized(folder / STACKS / name) for name in stacks)
    )


def _recognized(stack: Path) -> set[str]:
    """What is ours in a stack's folder without a list: what earlier versions wrote."""
    if not _VERSIONS.fullmatch(_text(stack / "versions.tf")):
        return set()
    for main, about in (("cdk.tf.json", "cdk.tf.json"), ("cdk.tf", "metadata.json")):
        comment = (document(stack / about) or {}).get("//")
        metadata = comment.get("metadata") if isinstance(comment, dict) else None
        if isinstance(metadata, dict) and metadata.get("stackName") == stack.name:
            return {main, about, "versions.tf", MARKER, *_assets(stack, _text(stack / main))}
    return set()


def _assets(stack: Path, text: str) -> Iterator[str]:
    for path in (stack / "assets").rglob("*"):
        name = path.relative_to(stack).as_posix()
        if f'/{name}"' in text or f'/{name}\\"' in text:
            yield name


def document(file: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None where there is none."""
    try:
        read = json.loads(file.read_bytes()) if file.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _listed(folder: Path) -> list[str]:
    text = _text(folder / MARKER)
    return text.removeprefix(HEADER).splitlines() if text.startswith(HEADER) else []


def _is_our_name(path: str) -> bool:
    """Whether synthesis gives such a name: a list may come from anybody's pull request."""
    if ".." in PurePosixPath(path).parts or PurePosixPath(path).as_posix() != path:
        return False
    within = _STACK_PATH.fullmatch(path)
    return bool(_IN_A_STACK.fullmatch(within["rest"]) if within else _IN_THE_ROOT.fullmatch(path))


def reached_plainly(folder: Path, name: str) -> bool:
    """Whether no part of a path below the folder is a symbolic link: we write none."""
    path = folder / name
    return not any(one.is_symlink() for one in (path, *path.parents) if folder in one.parents)


def _is_plain_file(folder: Path, name: str) -> bool:
    return (folder / name).is_file() and reached_plainly(folder, name)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())


def _text(file: Path) -> str:
    """What a file says; nothing where it cannot be read, or is somebody's link or pipe."""
    try:
        return file.read_text(encoding="utf-8") if file.is_file() and not file.is_symlink() else ""
    except (OSError, UnicodeDecodeError):
        return ""
