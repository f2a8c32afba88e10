"""What the settings say of a key, for people and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel
from rich.console import Group
from rich.text import Text

from sagemaker_templates.authoring.known_keys import ANY, KnownKey, all_keys
from sagemaker_templates.authoring.yaml_text import on_one_line
from sagemaker_templates.inventory.picture import Fact, Facts
from sagemaker_templates.settings import described
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.described import Place
from sagemaker_templates.settings.project_keys import STAGES

_TEMPLATE_KEY = "project-template-type"
_NEVER_FROM = {"variables": "no: it lists the variables that values may come from"}
_REFERENCE = "{valueFrom: {envVariable: NAME}}"


def explained(keys: Iterable[KnownKey], templates: Catalogue) -> Iterator[Group]:
    """Each place of a key: where, what for, what may stand there."""
    for known in keys:
        yield Group(Text(known.path, style="bold"), Facts(tuple(_facts(known, templates))))


def listed(keys: Sequence[KnownKey]) -> Iterator[Group]:
    """All keys by the place where they may stand, one line each."""
    width = max(len(known.key) for known in keys)
    for where, here in groupby(keys, key=lambda known: known.where):
        lines = [f"  {known.key:<{width}}  {_first_sentence(_meaning(known))}" for known in here]
        yield Group(Text(where, style="bold"), *map(Text, lines))


def as_data(keys: Iterable[KnownKey], templates: Catalogue) -> list[dict[str, Any]]:
    """The same for programs; keys stay, others may be added."""
    return [
        {
            "key": known.key,
            "where": known.where,
            "parent": known.parent or None,
            "templates": _templates(known, templates),
            "description": _meaning(known),
            "type": described.kind(known.info),
            "allowed": _allowed(known, templates),
            "required": known.info.is_required(),
            "default": _default(known),
            "example": described.example(known.info, Place()),
            "value-from": _value_from(known).startswith("yes"),
            "sources": described.sources(known.info),
        }
        for known in keys
    ]


def _facts(known: KnownKey, templates: Catalogue) -> Iterator[Fact]:
    yield "stands in", [known.where]
    yield "meaning", [_meaning(known)]
    yield "type", [described.kind(known.info)]
    yield "allowed", [_allowed(known, templates)]
    yield "default", ["none: it is required" if known.info.is_required() else _plain(described.default(known.info))]
    if example := _example(known):
        yield "example", [example]
    if having := _templates(known, templates):
        yield "templates", [", ".join(having)]
    yield "valueFrom", [_value_from(known)]
    for source in described.sources(known.info):
        yield "rule", [source]


def _meaning(known: KnownKey) -> str:
    return _plain(known.info.description or "")


def _first_sentence(text: str) -> str:
    first, more, _ = text.partition(". ")
    return f"{first}." if more else first


def _plain(text: str) -> str:
    """Text without what Markdown marks code with."""
    return text.replace("`", "")


def _allowed(known: KnownKey, templates: Catalogue) -> str:
    if known.key == _TEMPLATE_KEY:
        return ", ".join(templates)
    below = [one.path for one in all_keys(templates) if one.parent == known.path]
    return f"a map with {', '.join(dict.fromkeys(below))}" if below else _plain(described.allowed(known.info))


def _templates(known: KnownKey, templates: Catalogue) -> list[str]:
    """The templates whose projects may say it; none of what only an environment says."""
    if known.template:
        return [known.template]
    return list(templates) if known.where.startswith("a project") else []


def _default(known: KnownKey) -> Any:
    if known.info.is_required() or isinstance(known.info.default, BaseModel):
        return None
    return list(known.info.default) if isinstance(known.info.default, tuple) else known.info.default


def _example(known: KnownKey) -> str:
    value = described.example(known.info, Place())
    if value is None or known.key == _TEMPLATE_KEY:
        return ""
    return on_one_line(known.key.replace(ANY, STAGES[0]), value)


def _value_from(known: KnownKey) -> str:
    if known.path in _NEVER_FROM:
        return _NEVER_FROM[known.path]
    if described.kind(known.info) == "map":
        return f"not the map, but each value in it: {_REFERENCE}"
    return f"yes: {_REFERENCE}, with NAME listed under variables in environment.yaml"
