"""Whether the synthesized folder is what the settings say, and what differs."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.application import render_stacks
from sagemaker_templates.output_folder.ownership import owned
from sagemaker_templates.settings import Configuration
from sagemaker_templates.temporary import temporary_folder

_LINES_SHOWN = 20
_NAMED_TWICE = ("resource", "data", "ephemeral")
"""Top-level keys of Terraform JSON whose entries have a type and a name."""


@dataclass(frozen=True)
class Difference:
    """One file that is not what it should be.

    Attributes:
        path: of the file, below the output folder.
        old: as it is; None where it is missing.
        new: as it should be; None where nothing should be.
    """

    path: str
    old: bytes | None
    new: bytes | None

    def __str__(self) -> str:
        """Say what differs, a few lines long."""
        if self.old is None:
            return f"{self.path}: missing"
        if self.new is None:
            return f"{self.path}: left over; nothing describes it any more"
        if not self.path.endswith((".json", ".tf")):
            return f"{self.path}: changed"
        return "\n".join([f"{self.path}: {self._summary()}", *self._diff()])

    def _summary(self) -> str:
        old, new = _blocks(self.old or b""), _blocks(self.new or b"")
        if old is None or new is None:
            return "changed"
        signs = {
            "+": sorted(new.keys() - old.keys()),
            "-": sorted(old.keys() - new.keys()),
            "~": sorted(name for name in old.keys() & new.keys() if old[name] != new[name]),
        }
        counts = ", ".join(
            f"{len(names)} {word}"
            for word, names in zip(("added", "removed", "changed"), signs.values(), strict=True)
        )
        return "\n".join([counts, *(f"  {sign} {name}" for sign, names in signs.items() for name in names)])

    def _diff(self) -> list[str]:
        lines = list(difflib.unified_diff(_lines(self.old), _lines(self.new), n=1, lineterm=""))[2:]
        left = len(lines) - _LINES_SHOWN
        return [f"    {line}" for line in lines[:_LINES_SHOWN]] + ([f"    … {left} more lines"] if left > 0 else [])


def differences(configuration: Configuration, *, environments: Path, output: Path) -> list[Difference]:
    """Compare ``output`` with what synthesis of a configuration read from ``environments`` would write there."""
    with temporary_folder() as folder:
        render_stacks(configuration, environments=environments, output=output, folder=folder)
        new = _files(folder)
    old = {name: (output / name).read_bytes() for name in owned(output)} if output.is_dir() else {}
    # What is in the way of a file to come is not ours, and not what it should be.
    old |= {name: (output / name).read_bytes() for name in new if (output / name).is_file()}
    return [
        Difference(path, old.get(path), new.get(path))
        for path in sorted(new.keys() | old.keys())
        if old.get(path) != new.get(path)
    ]


def _files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", errors="replace").splitlines()


def _blocks(content: bytes) -> dict[str, Any] | None:
    """Everything that a stack's JSON declares, by address; None where the text is no such JSON."""
    try:
        return dict(_declared(json.loads(content)))
    except (ValueError, AttributeError):
        return None


def _declared(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        if key in _NAMED_TWICE:
            prefix = "" if key == "resource" else f"{key}."
            yield from (
                (f"{prefix}{kind}.{name}", body) for kind, named in value.items() for name, body in named.items()
            )
        elif key != "//":
            yield from ((f"{key}.{name}", body) for name, body in value.items())
