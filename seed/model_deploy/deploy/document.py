"""YAML files that remember where each key stands, and one file laid over another."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deploy.failures import SettingsError

KeyPath = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a key is written; lines count from one."""

    file: str
    line: int

    def __str__(self) -> str:
        """As editors and people write it."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Document:
    """The content of a file, or of several that were laid over one another, and where its keys stand."""

    content: dict[str, Any]
    places: Mapping[KeyPath, Place] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """Where a key stands; for one that is missing, where it would be."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path]

    def under(self, over: "Document") -> "Document":
        """This document with another laid over it, key by key; null takes a key away."""
        places = {path: place for path, place in self.places.items() if path}
        return Document(_merged(self.content, over.content), {**places, **over.places})


def read(file: Path, shown_as: str) -> Document:
    """Read a YAML file.

    Raises:
        SettingsError: it is no YAML, no mapping of names, or says a key twice.
    """
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError([_not_yaml(shown_as, error)]) from error
    problems: list[str] = []
    places: dict[KeyPath, Place] = {(): Place(shown_as, 1)}
    content = {} if node is None else _value(node, (), shown_as, places, problems)
    if not isinstance(content, dict):
        problems.append(f"{shown_as}:1: {content!r}: a mapping of settings is expected")
    if problems:
        raise SettingsError(problems)
    return Document(content, places)


def similar(word: str, allowed: Iterable[str]) -> str:
    """A hint at the nearest spelling; empty where none is near."""
    close = difflib.get_close_matches(word, sorted(allowed), n=1)
    return f"did you mean {close[0]}? " if close else ""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A hint at the right spelling: the nearest, and all that is allowed."""
    names = list(allowed)
    return f"{similar(word, names)}allowed: {', '.join(names)}"


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return _without_nulls(above)
    merged = {**below, **{key: _merged(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return value


def _value(node: yaml.Node, path: KeyPath, file: str, places: dict[KeyPath, Place], problems: list[str]) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return _plain(node)
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = Place(file, key_node.start_mark.line + 1)
        key = _plain(key_node)
        if not isinstance(key, str):
            problems.append(f"{place}: {'.'.join((*path, str(key)))}: {key!r} is no name; put it in quotes")
            continue
        if key in content:
            problems.append(f"{place}: {'.'.join((*path, key))}: written twice, first at {places[(*path, key)]}")
            continue
        places[(*path, key)] = place
        content[key] = _value(value_node, (*path, key), file, places, problems)
    return content


def _plain(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _not_yaml(file: str, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "not UTF-8 text"
    return f"{file}:{mark.line + 1 if mark else 1}: {what}"
