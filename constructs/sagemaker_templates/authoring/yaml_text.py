"""Values as YAML that the settings read back as what they are, in the style of the shipped files."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]
"""What a file of settings can hold; a map may be a ``valueFrom``."""

_WIDTH = 118
_PLAIN = re.compile(r"[\w/.](?:[\w ./:@+=,;()?*'-]*[\w./@+=)?*'-])?", re.ASCII)
_PLAIN_IN_LIST = re.compile(r"[\w/.](?:[\w ./@+=()'-]*[\w./@+=)'-])?", re.ASCII)
_NUMBER = re.compile(r"[-+]?[\d.][\d_.,:eExXoO+-]*", re.ASCII)
"""Also what only other versions of YAML take for one: editors are of the newer."""


def entry(key: str, value: Value) -> Iterator[str]:
    """The lines of a key with its value: a list on one line if it fits, a map below."""
    if isinstance(value, Mapping) and value and not is_reference(value):
        yield f"{key}:"
        for inner, below in value.items():
            yield from (f"  {line}" for line in entry(text_of(inner), below))
    elif isinstance(value, Sequence) and not isinstance(value, str) and len(f"{key}: {_flow(value)}") > _WIDTH:
        yield f"{key}:"
        yield from (f"  - {_flow(item)}" for item in value)
    else:
        yield on_one_line(key, value)


def on_one_line(key: str, value: Value) -> str:
    """A key with its value on one line, however long."""
    return f"{key}: {text_of(value) if isinstance(value, str) else _flow(value)}"


def is_reference(value: Value) -> bool:
    """Whether a map says where a value comes from."""
    return isinstance(value, Mapping) and set(value) == {"valueFrom"}


def text_of(text: str) -> str:
    """Text without quotes where YAML reads the same, else in double quotes."""
    return text if _PLAIN.fullmatch(text) and _reads_as(text) else _quoted(text)


def _flow(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value if _PLAIN_IN_LIST.fullmatch(value) and _reads_as(value) else _quoted(value)
        case int() | float():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(_flow(item) for item in value) + "]"


def _reads_as(text: str) -> bool:
    if ": " in text or _NUMBER.fullmatch(text):
        return False
    return bool(yaml.safe_load(text) == text)


def _quoted(text: str) -> str:
    return "".join(character if character.isprintable() else _escaped(character) for character in _json(text))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _escaped(character: str) -> str:
    return f"\\U{ord(character):08x}"
