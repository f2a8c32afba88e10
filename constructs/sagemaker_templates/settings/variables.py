"""``valueFrom``: values that come from somewhere else than the file."""

import json
import re
from collections.abc import Mapping

from sagemaker_templates.settings import annotations
from sagemaker_templates.settings.document import Entry, MapNode, Scalar, kind
from sagemaker_templates.settings.spelling import did_you_mean, quoted

VALUE_FROM = "valueFrom"
ENV_VARIABLE = "envVariable"
_SHORT_NUMBER = re.compile("-?[0-9]{1,18}")
_LATER = ("parameterStore", "remoteState", "moduleMetadata")


class Unresolved(Exception):  # noqa: N818 - its text is the message of a problem
    """A ``valueFrom`` gives no value; the text says why."""


def is_reference(node: MapNode) -> bool:
    """Whether a map is a ``valueFrom`` and not a map of settings."""
    return any(entry.key == VALUE_FROM for entry in node)


def resolve(node: MapNode, environ: Mapping[str, str]) -> Scalar:
    """The text that a ``valueFrom`` stands for.

    Raises:
        Unresolved: it is malformed, of a kind that is not supported, or its variable is not set.
    """
    name = _variable_name(node)
    if name not in environ:
        raise Unresolved(f"the environment variable {name} is not set")
    return Scalar(node.file, node.line, environ[name], environ[name], variable=name)


def typed(text: str, annotation: object) -> object:
    """A variable's text as the type that a field has; a list is written as JSON or comma-separated."""
    if annotations.is_list(annotation):
        return _items(text)
    if annotations.holds(annotation, bool) and text in ("true", "false"):
        return text == "true"
    if annotations.holds(annotation, int) and _SHORT_NUMBER.fullmatch(text):
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
    if not isinstance(name, Scalar) or not isinstance(name.value, str) or not name.value:
        raise Unresolved(f"{ENV_VARIABLE} holds {kind(name)}; allowed: the name of an environment variable")
    return name.value


def _only_entry(node: MapNode) -> Entry:
    if len(node.entries) != 1:
        others = ", ".join(entry.key for entry in node) or "nothing"
        raise Unresolved(f"a {VALUE_FROM} has one key on each level, here: {others}")
    return node.entries[0]


def _items(text: str) -> object:
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return [item.strip() for item in text.split(",") if item.strip()]
