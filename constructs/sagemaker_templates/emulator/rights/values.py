"""Values in a request's parameters, and texts that they are put into."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

_REFERENCE = re.compile(r"<([^<>]+)>")


def values_at(path: str, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the values at a path: names of members with dots between them, ``[]`` behind that of a list.

    An empty text, list or mapping is no value.
    """
    found: list[Any] = [parameters]
    for step in path.split("."):
        name = step.removesuffix("[]")
        found = [one[name] for one in found if isinstance(one, Mapping) and one.get(name) not in (None, "", [], {})]
        if step.endswith("[]"):
            found = [element for one in found if isinstance(one, list | tuple) for element in one]
    return found


def texts_at(path: str, parameters: Mapping[str, Any]) -> list[str]:
    """Return the values at a path as a policy's condition has them: ``true`` and ``false`` in lower case."""
    return [text(one) for one in values_at(path, parameters)]


def text(value: Any) -> str:
    """Return a value as a policy's condition has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def filled(template: str, texts: Callable[[str], list[str]]) -> list[str]:
    """Put values in place of what stands in angle brackets: a text for each way to do so, none without a value."""
    pieces = _REFERENCE.split(template)
    literal, paths = pieces[::2], pieces[1::2]
    return ["".join(_woven(literal, chosen)) for chosen in product(*map(texts, paths))]


def references(template: str) -> list[str]:
    """Return what stands in angle brackets."""
    return _REFERENCE.findall(template)


def tags(given: Any) -> dict[str, str]:
    """Return tags by their keys, in whatever form a service takes them; a key alone has an empty value."""
    if isinstance(given, Mapping):
        return {str(key): text(value) for key, value in given.items()}
    if isinstance(given, str):
        return dict(_of_header(given))
    return dict(map(_tag, given or ()))


def _woven(literal: list[str], chosen: tuple[str, ...]) -> Iterator[str]:
    for number, piece in enumerate(literal):
        yield piece
        if number < len(chosen):
            yield chosen[number]


def _of_header(given: str) -> Iterator[tuple[str, str]]:
    from urllib.parse import parse_qsl

    yield from parse_qsl(given, keep_blank_values=True)


def _tag(given: Any) -> tuple[str, str]:
    """Services write ``Key`` and ``Value``, ``key`` and ``value``, or ``TagKey`` and ``TagValue``."""
    if not isinstance(given, Mapping):
        return str(given), ""
    members = {str(name).lower().removeprefix("tag"): value for name, value in given.items()}
    return str(members.get("key", "")), text(members.get("value", ""))
