"""``valueFrom``: values that come from somewhere else than the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sagemaker_templates.settings import annotations
from sagemaker_templates.settings.document import LONGEST_VALUE, Entry, MapNode, Scalar, is_unicode, kind
from sagemaker_templates.settings.fields import VariableName
from sagemaker_templates.settings.numbers import is_whole
from sagemaker_templates.settings.rules import Rule
from sagemaker_templates.settings.spelling import did_you_mean, quoted

VALUE_FROM = "valueFrom"
ENV_VARIABLE = "envVariable"
_LONGEST_NUMBER = 18
_NAME = next(part for part in get_args(VariableName) if isinstance(part, Rule))
_LATER = ("parameterStore", "remoteState", "moduleMetadata")


class Unresolved(Exception):  # noqa: N818 - its text is the message of a problem
    """A ``valueFrom`` gives no value; the text says why, and is empty where a problem says so already."""


@dataclass(frozen=True)
class Variables:
    """The environment variables that the files of one environment may take values from.

    Attributes:
        environ: those that are set.
        listed: the names that the environment's own file lists; None where that file is not readable, which is a
            problem of its own.
        file: that file.
    """

    environ: Mapping[str, str]
    listed: tuple[str, ...] | None
    file: Path


def is_reference(node: MapNode) -> bool:
    """Whether a map is a ``valueFrom`` and not a map of settings."""
    return any(entry.key == VALUE_FROM for entry in node)


def resolve(node: MapNode, variables: Variables) -> Scalar:
    """The text that a ``valueFrom`` stands for.

    Raises:
        Unresolved: it is malformed, of a kind that is not supported, or its variable is not listed, is not set,
            or holds no text or more of it than any value has.
    """
    name = _variable_name(node)
    if variables.listed is None:
        raise Unresolved
    if name not in variables.listed:
        wanted = f"variables: [{', '.join([*variables.listed, name])}]"
        where = variables.file.as_posix()
        raise Unresolved(
            f"the environment variable {name} is not listed, so it is not read; add it in {where}: {wanted}"
        )
    if name not in variables.environ:
        raise Unresolved(f"the environment variable {name} is not set")
    text = variables.environ[name]
    if len(text) > LONGEST_VALUE:
        allowed = f"allowed: at most {LONGEST_VALUE}"
        raise Unresolved(f"the environment variable {name} holds {len(text)} characters; {allowed}")
    if not is_unicode(text):
        raise Unresolved(f"the environment variable {name} holds bytes that are no UTF-8 text")
    return Scalar(node.file, node.line, text, text, variable=name)


def typed(text: str, annotation: object) -> object:
    """A variable's text as the type that a field has; a list is written as JSON or comma-separated."""
    if annotations.is_list(annotation):
        return _items(text)
    if annotations.holds(annotation, bool) and text in ("true", "false"):
        return text == "true"
    if annotations.holds(annotation, int) and is_whole(text) and len(text) <= _LONGEST_NUMBER:
        return int(text)
    return text


def _variable_name(node: MapNode) -> str:
    source = _only_entry(node).value
    if not isinstance(source, MapNode):
        raise Unresolved(f"{VALUE_FROM} holds {kind(source)}; allowed: a map with {ENV_VARIABLE}")
    entry = _only_entry(source)
    if entry.key in _LATER:
        raise Unresolved(f"{VALUE_FROM} with {entry.key} is not supported yet; allowed: {ENV_VARIABLE}")
    if entry.key != ENV_VARIABLE:
        hint = did_you_mean(entry.key, [ENV_VARIABLE])
        raise Unresolved(f"{VALUE_FROM} with {quoted(entry.key)} is not known; allowed: {ENV_VARIABLE}{hint}")
    name = entry.value
    if not isinstance(name, Scalar) or not _NAME.accepts(name.value):
        raise Unresolved(f"{ENV_VARIABLE} holds {kind(name)}; allowed: the name of an environment variable")
    return name.text


def _only_entry(node: MapNode) -> Entry:
    if len(node.entries) != 1:
        others = ", ".join(entry.key for entry in node) or "nothing"
        raise Unresolved(f"a {VALUE_FROM} has one key on each level, here: {others}")
    return node.entries[0]


def _items(text: str) -> object:
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return items if all(map(_is_item, items)) else text
    return [item.strip() for item in text.split(",") if item.strip()]


def _is_item(item: object) -> bool:
    """Whether an element of a list in JSON is a plain value."""
    return is_unicode(item) if isinstance(item, str) else isinstance(item, (bool, int, float))
