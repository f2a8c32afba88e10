"""What is said of a key: what it may hold, what holds without it, an example, and whose rule it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sagemaker_templates.settings import annotations, regions
from sagemaker_templates.settings.files import DefaultKeys
from sagemaker_templates.settings.rules import Rule, Source
from sagemaker_templates.settings.tags import MOST_TAGS

M = TypeVar("M")


@dataclass(frozen=True)
class Place:
    """The account and region that examples are of."""

    account_id: str = "111111111111"
    region: str = "us-east-1"

    def fill(self, example: str) -> str:
        """The example of a rule, of this place."""
        partition = regions.partition(self.region).name
        return example.format(account=self.account_id, region=self.region, partition=partition)


def example(info: FieldInfo, place: Place) -> Any:
    """A value that the key may hold, as a file has it; None where none is known."""
    of_one = _example_of_one(info, place)
    if _is_map(info):
        return {"cost-center": "machine-learning"}
    return [of_one] if annotations.is_list(info.annotation) and of_one is not None else of_one


def kind(info: FieldInfo) -> str:
    """What sort of value the key holds, in a word or two."""
    if annotations.models(info.annotation) or _is_map(info):
        return "map"
    words = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    inner = annotations.of_items(info.annotation) if annotations.is_list(info.annotation) else info.annotation
    of_one = next((word for kind, word in words.items() if annotations.holds(inner, kind)), "text")
    return f"list of {of_one}" if annotations.is_list(info.annotation) else of_one


def sources(info: FieldInfo) -> list[str]:
    """The pages that the key's rules are taken from, each once."""
    return list(dict.fromkeys(one.url for one in _marks(Source, info.metadata, info.annotation)))


def _is_map(info: FieldInfo) -> bool:
    """Whether names and values of the user's own choice stand there."""
    return any(get_origin(one) is dict for one in annotations.alternatives(info.annotation))


def _example_of_one(info: FieldInfo, place: Place) -> Any:
    rule = next(_marks(Rule, info.metadata, info.annotation), None)
    if rule:
        # Regions change with AWS, and no rule has one of them for an example.
        return place.region if rule.choices else place.fill(rule.example) or None
    literals = annotations.literals(info.annotation)
    if literals:
        return literals[0]
    return next((value for value in (True, 1) if annotations.holds(info.annotation, type(value))), None)


def default(info: FieldInfo) -> str:
    """What holds where the key is not given, in words."""
    if info.is_required():
        return "required"
    value = info.get_default()
    if value is None or value == () or isinstance(value, BaseModel):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def allowed(info: FieldInfo) -> str:
    """What the key may hold, in words."""
    rule = next(_marks(Rule, info.metadata, info.annotation), None)
    literals = annotations.literals(info.annotation)
    if literals:
        return ", ".join(f"`{value}`" for value in literals)
    if _is_map(info):
        return f"a map of at most {MOST_TAGS} names and values"
    if annotations.models(info.annotation):
        return _allowed_map(info)
    if rule:
        return f"a list; each: {rule.allowed}" if annotations.is_list(info.annotation) else rule.allowed
    return _plain(info)


def _allowed_map(info: FieldInfo) -> str:
    if DefaultKeys in annotations.models(info.annotation):
        return "a map of the optional keys of project files that all templates have"
    return "a map, see below"


def _plain(info: FieldInfo) -> str:
    names = {bool: "`true`, `false`", int: "a whole number", float: "a number", str: "text"}
    found = [name for kind, name in names.items() if annotations.holds(info.annotation, kind)]
    return "; ".join(found) if found else "a list"


def _marks(kind: type[M], *annotated: object) -> Iterator[M]:
    """What of one kind stands anywhere in an annotation, the outermost first."""
    for one in annotated:
        if isinstance(one, kind):
            yield one
        elif isinstance(one, (list, tuple)):
            yield from _marks(kind, *one)
        else:
            yield from _marks(kind, *getattr(one, "__metadata__", ()), *getattr(one, "__args__", ()))
