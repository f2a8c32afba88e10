"""Copies of stacks for the emulator: they share nothing with the stacks that real accounts are managed from."""

import json
import shutil
from pathlib import Path

_OVERRIDE = "backend_override.tf.json"


def copy_stack(stack: Path, folder: Path) -> None:
    """Copy a synthesized stack to a folder that is not there yet.

    A state in a file is the copy's own, beside it: the path in the stack leads from where the stack lies, so from
    elsewhere it would lead anywhere, perhaps to the state of real accounts.
    """
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform*"))
    if "local" in _backend(folder):
        own = {"local": {"path": str(folder.absolute().with_name(f"{folder.name}.tfstate"))}}
        override = {"terraform": {"backend": own}}
        # https://developer.hashicorp.com/terraform/language/files/override
        (folder / _OVERRIDE).write_text(json.dumps(override), encoding="utf-8")


def _backend(folder: Path) -> dict[str, object]:
    content = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    backend: dict[str, object] = content["terraform"].get("backend", {})
    return backend
