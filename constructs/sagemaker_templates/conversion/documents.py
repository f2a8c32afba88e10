"""Files as they are written: each line knows which line of a manifest it comes from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from sagemaker_templates.conversion.record import Origin
from sagemaker_templates.settings.variables import ENV_VARIABLE, VALUE_FROM

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./@+=-]*(?:[ :][A-Za-z0-9_./@+=-]+)*")


@dataclass(frozen=True)
class Line:
    """One line and where it comes from."""

    text: str
    origin: Origin


@dataclass
class Document:
    """One file to be written.

    Attributes:
        path: where, below the environments, with slashes.
        origin: what the file as a whole comes from.
        notes: what the person should look at before anything is applied.
        lost: why keys are not there although a manifest has them, by key.
    """

    path: str
    origin: Origin
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: dict[str, tuple[Origin, str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def origin_of(self, number: int | None) -> Origin:
        """Where a line comes from, counted from 1; the file as a whole is meant without a number."""
        return self.lines[number - 1].origin if number and number <= len(self.lines) else self.origin

    def comment(self, text: str, origin: Origin | None = None) -> None:
        """Add a comment."""
        self.lines.append(Line(f"# {_one_line(text)}", origin or self.origin))

    def key(self, key: str, value: object, origin: Origin, indent: str = "", remark: str = "") -> None:
        """Add a key with its value; a map takes a line for each of its entries."""
        if isinstance(value, Mapping) and VALUE_FROM not in value:
            self.lines.append(Line(f"{indent}{key}:", origin))
            for name, one in value.items():
                self.key(scalar(str(name)), one, origin, f"{indent}  ")
            return
        comment = f"  # {_one_line(remark)}" if remark else ""
        self.lines.append(Line(f"{indent}{key}: {flow(value)}{comment}", origin))


def from_variable(name: str) -> Mapping[str, object]:
    """What stands in place of a value that a variable holds."""
    return {VALUE_FROM: {ENV_VARIABLE: name}}


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """Text, a number, or true or false; text has quotes where YAML would take it for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and _as_read(value) == value:
        return value
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _as_read(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
