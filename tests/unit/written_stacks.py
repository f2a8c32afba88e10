"""Syntheses made by hand, and faults of the file system, for tests of what is written where."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from sagemaker_templates.output_folder.lock import locked
from sagemaker_templates.output_folder.ownership import mark
from sagemaker_templates.output_folder.replacement import Kept, replace

Stacks = Mapping[str, Mapping[str, str]]
"""Stack → file → text."""

OLD: Stacks = {
    "dev-abalone": {"cdk.tf.json": '{"text": "old"}', "versions.tf": "old"},
    "dev-foundation": {
        "cdk.tf.json": '{"text": "old"}',
        "versions.tf": "same",
        "assets/seeder.zip": "old",
        "assets/gone/seed.py": "x",
    },
    "dev-gone": {"cdk.tf.json": '{"text": "gone"}', "versions.tf": "old", "assets/gone.zip": "gone"},
}
NEW: Stacks = {
    "dev-abalone": {"cdk.tf.json": '{"text": "new"}', "versions.tf": "new"},
    "dev-foundation": {
        "cdk.tf.json": '{"text": "new"}',
        "versions.tf": "same",
        "assets/seeder.zip": "new",
        "assets/come/seed.py": "y",
    },
    "dev-come": {"cdk.tf.json": '{"text": "come"}', "versions.tf": "new"},
}

PERSONS = {
    "stacks/dev-abalone/adopt.tf": "import {}",
    "stacks/dev-abalone/errored.tfstate": "{}",
    "stacks/dev-abalone/terraform.tfstate": "{}",
    "stacks/dev-abalone/terraform.tfstate.backup": "{}",
    "stacks/dev-abalone/terraform.tfstate.d/blue/terraform.tfstate": "{}",
    "stacks/dev-abalone/.terraform/providers/plugin": "binary",
    "stacks/dev-abalone/.terraform.lock.hcl": "lock",
    "stacks/dev-abalone/mine_override.tf": "x",
    "stacks/dev-abalone/team.auto.tfvars": "x = 1",
    "stacks/dev-abalone/plan": "PK",
    "stacks/dev-foundation/assets/mine.zip": "mine",
    "stacks/dev-gone/errored.tfstate": "{}",
    "stacks/dev-gone/.terraform/providers/plugin": "binary",
    "stacks/mine/main.tf": "mine",
    "stacks/notes.txt": "mine",
    "notes.txt": "mine",
    ".git/config": "mine",
    "out.previous/file": "mine",
    ".synthesis-abcd1234/file": "mine",
}
"""What people and Terraform put into an output folder."""


def render(folder: Path, stacks: Stacks) -> Path:
    """Write a synthesis to a new folder."""
    (folder / "stacks").mkdir(parents=True)
    (folder / "manifest.json").write_text(str(sorted(stacks)))
    for stack, files in stacks.items():
        put(folder / "stacks" / stack, files)
    mark(folder)
    return folder


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def write(folder: Path, rendered: Path) -> list[Kept]:
    """Replace the synthesis in a folder, as the command does."""
    with locked(folder, lambda: None):
        return replace(folder, rendered)


def texts(folder: Path) -> dict[str, str]:
    """Every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


class Killed(BaseException):
    """Stands for SIGKILL: nothing that the program does afterwards reaches the disk."""


_CHANGING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
_hook: list[Callable[[], None]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _hook and (event in _CHANGING or (event == "open" and _writes(arguments))):
        _hook[0]()


sys.addaudithook(_audit)


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


class Fault:
    """Counts changes of the file system and raises at one of them; ``met`` says whether it came to that."""

    def __init__(self, number: int, error: BaseException, *, for_good: bool) -> None:
        self._left = number
        self.error = error
        self._for_good = for_good
        self.met = False

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0 or (self.met and self._for_good):
            self.met = True
            raise self.error

    def __enter__(self) -> Self:
        _hook.append(self)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        _hook.clear()
        return error is self.error


def dying_at(number: int) -> Fault:
    """Die at the n-th change of the file system, counted from 1: that one and all that follow do not happen."""
    return Fault(number, Killed(), for_good=True)


def failing_at(number: int, reason: int) -> Fault:
    """Let the n-th change of the file system fail, and no other."""
    return Fault(number, OSError(reason, os.strerror(reason)), for_good=False)
