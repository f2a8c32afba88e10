"""A value held against a shape of a service's model: everything that is wrong, at every depth, in AWS's words.

The words are those of the services that are built on Smithy's constraint traits
(https://smithy.io/2.0/spec/constraint-traits.html).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

_LONGEST_VALUE = 200


@dataclass(frozen=True)
class Violation:
    """One constraint that one value does not keep.

    Attributes:
        path: where the value stands, as ``vpcConfig.securityGroupIds``.
        value: the value, shortened; ``null`` where it is missing.
        demand: what the service asks for, as ``Member must not be null``.
        of_type: whether the value is of a wrong type, so that it cannot even be read.
        code: the service's own error for it; ``None`` for the one that it has for all of its model.
        said: the service's own words for it; ``None`` for those of its model.
    """

    path: str
    value: str
    demand: str
    of_type: bool = False
    code: str | None = None
    said: str | None = None

    def __str__(self) -> str:
        return f"Value {self.value} at '{self.path}' failed to satisfy constraint: {self.demand}"


@dataclass(frozen=True)
class Reading:
    """How values are held against shapes.

    Attributes:
        newer: what shapes ask for by now that the model says otherwise, by their names.
        typed: whether values carry their types, as JSON's do; those of a query or of XML are text.
    """

    newer: Mapping[str, Mapping[str, Any]]
    typed: bool

    def demand(self, shape: Any, name: str) -> Any:
        """Return a shape's ``min``, ``max`` or ``pattern``; ``None`` where there is none."""
        return self.newer.get(shape.name, shape.metadata).get(name, shape.metadata.get(name))

    def enumeration(self, shape: Any) -> list[str]:
        """Return the values that a shape allows; empty where it allows any."""
        own = list(shape.metadata.get("enum", ()))
        return [*own, *self.newer.get(shape.name, {}).get("enum", ())] if own else []


def violations(shape: Any, value: Any, reading: Reading, path: str = "") -> Iterator[Violation]:
    """Return what a value does not keep of a shape's constraints."""
    if shape.type_name == "structure":
        yield from _of_structure(shape, value, reading, path)
    elif shape.type_name == "list":
        yield from _of_list(shape, value, reading, path)
    elif shape.type_name == "map":
        yield from _of_map(shape, value, reading, path)
    else:
        yield from _of_scalar(shape, value, reading, path)


def _of_structure(shape: Any, value: Any, reading: Reading, path: str) -> Iterator[Violation]:
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, Mapping):
        yield _wrong_type(path, value, "a structure")
        return
    required = set(shape.required_members)
    for name, member in shape.members.items():
        place = f"{path}.{_first_lower(name)}" if path else _first_lower(name)
        found = value.get(name)
        if found is None and reading.typed:
            found = value.get(member.serialization.get("name", name))
        if found is not None:
            yield from violations(member, found, reading, place)
        elif name in required and not _in_payload(member):
            yield Violation(place, "null", "Member must not be null")


def _of_list(shape: Any, value: Any, reading: Reading, path: str) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield _wrong_type(path, value, "a list")
        return
    yield from _of_length(shape, value, reading, path)
    for number, item in enumerate(value, 1):
        yield from violations(shape.member, item, reading, f"{path}.{number}.member")


def _of_map(shape: Any, value: Any, reading: Reading, path: str) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        yield _wrong_type(path, value, "a map")
        return
    yield from _of_length(shape, value, reading, path)
    for key, item in value.items():
        yield from violations(shape.key, key, reading, f"{path}.{key}.key")
        if item is not None:
            yield from violations(shape.value, item, reading, f"{path}.{key}.value")


def _of_scalar(shape: Any, value: Any, reading: Reading, path: str) -> Iterator[Violation]:
    kind = shape.type_name
    if reading.typed and not _is_of(kind, value):
        yield _wrong_type(path, value, _said(kind))
    elif kind == "string" and isinstance(value, str):
        yield from _of_text(shape, value, reading, path)
    elif kind in _NUMBERS and isinstance(value, int | float):
        yield from _of_number(shape, value, reading, path)


def _of_text(shape: Any, value: str, reading: Reading, path: str) -> Iterator[Violation]:
    allowed = reading.enumeration(shape)
    if allowed and value not in allowed:
        yield Violation(path, _shown(value), f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    yield from _of_length(shape, value, reading, path)
    pattern = reading.demand(shape, "pattern")
    if pattern and not _matches(pattern, value):
        yield Violation(path, _shown(value), f"Member must satisfy regular expression pattern: {pattern}")


def _of_length(shape: Any, value: Any, reading: Reading, path: str) -> Iterator[Violation]:
    least, most, length = reading.demand(shape, "min"), reading.demand(shape, "max"), len(value)
    if least is not None and length < least:
        yield Violation(path, _shown(value), f"Member must have length greater than or equal to {least}")
    if most is not None and length > most:
        yield Violation(path, _shown(value), f"Member must have length less than or equal to {most}")


def _of_number(shape: Any, value: float, reading: Reading, path: str) -> Iterator[Violation]:
    least, most = reading.demand(shape, "min"), reading.demand(shape, "max")
    if least is not None and value < least:
        yield Violation(path, _shown(value), f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield Violation(path, _shown(value), f"Member must have value less than or equal to {most}")


_NUMBERS = ("integer", "long", "short", "byte", "float", "double")
_WHOLE = ("integer", "long", "short", "byte")


def _is_of(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _WHOLE:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return True  # times come as numbers or as text, contents as text


def _said(kind: str) -> str:
    return {"string": "text", "boolean": "true or false"}.get(kind, "a number")


def _wrong_type(path: str, value: Any, wanted: str) -> Violation:
    return Violation(path, _shown(value), f"Member must be {wanted}", of_type=True)


def _shown(value: Any) -> str:
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
    return f"'{text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + '...'}'"


def _first_lower(name: str) -> str:
    """AWS names members in its messages with a small letter."""
    return name[:1].lower() + name[1:]


def _in_payload(member: Any) -> bool:
    """Whether a member is content that a request carries as its body: it is not read."""
    return bool(member.type_name == "blob")


# How Java's patterns say a range of characters beyond the first 65,536: by the halves that UTF-16 makes of them.
_HALVES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
_LONGEST_MATCH_SECONDS = 1


@cache
def compiled(pattern: str) -> Any:
    """Compile a pattern of a model, which is one of Java's."""
    return regex.compile(pattern.replace(*_HALVES))


def _matches(pattern: str, value: str) -> bool:
    """The services match the whole value; one that takes too long to match is taken for a match."""
    try:
        found = compiled(pattern).fullmatch(value, timeout=_LONGEST_MATCH_SECONDS)
    except TimeoutError:
        return True
    return found is not None
