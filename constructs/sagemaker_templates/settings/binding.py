"""Fits one map of a document to one model, and reports in the user's words what does not fit."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import ErrorDetails

from sagemaker_templates.settings import translation
from sagemaker_templates.settings.document import Entry, ListNode, MapNode, Node, Scalar
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.shaping import Location, Shape, shape
from sagemaker_templates.settings.spelling import holds_token
from sagemaker_templates.settings.variables import Variables

_LOOKS_LIKE_ONE = (
    "holds what looks like a secret, which the stacks, the plans and the state would show; give no secret here"
)

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Bound(Generic[M]):
    """What became of a map.

    Attributes:
        value: the validated model; None where something was wrong.
        fields: the values given by the user that are right, even where others are not: what can still be
            checked against other files is, so that all mistakes are shown at once.
        node: the map itself, for the lines of its keys.
    """

    value: M | None
    fields: Mapping[str, Any]
    node: MapNode

    def entry(self, field: str) -> Entry | None:
        """The user's line for a field."""
        return self.node.get(field)

    def is_wrong(self, field: str) -> bool:
        """Whether the user gave a field and a problem already names it."""
        return self.entry(field) is not None and field not in self.fields


def bind(
    node: MapNode,
    model: type[M],
    report: Report,
    variables: Variables,
    meant: Collection[str] = (),
) -> Bound[M]:
    """Validate a map; what is wrong goes into the report.

    Fields that a misspelt key was ``meant`` for are not reported as missing.
    """
    shaped = shape(node, model, report, variables)
    shaped.reported |= {(field,) for field in meant}
    try:
        # As JSON, since that is what the file's data is: a strict model takes a list for a tuple there.
        value = model.model_validate_json(json.dumps(shaped.data))
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        for error in errors:
            _report(error, shaped, report)
        _report_secrets(shaped, report, besides={_location(error["loc"], shaped) for error in errors})
        wrong = {error["loc"][0] for error in errors if error["loc"]}
        good = {name: data for name, data in shaped.data.items() if name not in wrong}
        return Bound(None, _right_fields(model, good, shaped), node)
    _report_secrets(shaped, report)
    complete = None if shaped.reported else value
    return Bound(complete, _given(value, shaped), node)


def _right_fields(model: type[BaseModel], good: dict[str, Any], shaped: Shape) -> dict[str, Any]:
    try:
        return _given(_partial(model).model_validate_json(json.dumps(good)), shaped)
    except ValidationError:
        return {}


def _given(value: BaseModel, shaped: Shape) -> dict[str, Any]:
    wrong = {at[0] for at in shaped.reported if at}
    return {name: getattr(value, name) for name in value.model_fields_set if name not in wrong}


@cache
def _partial(model: type[BaseModel]) -> type[BaseModel]:
    """The same fields, none of them required and none judged together with another."""
    fields: dict[str, Any] = {name: (info.rebuild_annotation(), None) for name, info in model.model_fields.items()}
    return create_model(f"{model.__name__}Partial", __config__=model.model_config, **fields)


def _report(error: ErrorDetails, shaped: Shape, report: Report) -> None:
    at = _location(error["loc"], shaped)
    if error["type"] == "missing":
        _report_missing((*at, error["loc"][-1]), shaped, report)
    elif error["type"] == "union_tag_not_found":
        _report_missing((*at, "type"), shaped, report)
    elif error["type"] == "union_tag_invalid":
        _report_at((*at, "type"), {**error, "type": "literal_error", "ctx": _expected(error)}, shaped, report)
    else:
        _report_at(at, error, shaped, report)


def _report_at(at: Location, error: ErrorDetails, shaped: Shape, report: Report) -> None:
    if _is_reported(at, shaped):
        return
    place = shaped.places[at]
    if error["type"] == "too_short" and _has_enough(place.node, error):
        return
    report.add(place.file, place.line, place.key or None, translation.message(error, place.node))


def _report_secrets(shaped: Shape, report: Report, besides: Collection[Location] = ()) -> None:
    """Report values that look like a secret: they would stand in the stacks, where people and programs read them."""
    for at, place in shaped.places.items():
        texts = [place.node.text, str(at[-1])] if at and isinstance(place.node, Scalar) else []
        if any(map(holds_token, texts)) and at not in besides and not _is_reported(at, shaped):
            report.add(place.file, place.line, place.key, _LOOKS_LIKE_ONE)
            shaped.reported.add(at)


def _has_enough(node: Node, error: ErrorDetails) -> bool:
    """Whether a list is too short for pydantic only, which leaves out the items that are wrong."""
    return isinstance(node, ListNode) and len(node.items) >= error.get("ctx", {})["min_length"]


def _report_missing(at: Location, shaped: Shape, report: Report) -> None:
    if _is_reported(at, shaped):
        return
    parent = shaped.places[at[:-1]]
    key = str(at[-1]).replace("_", "-")
    why = shaped.required[at]
    report.add(parent.file, parent.line, f"{parent.key}.{key}" if parent.key else key, f"is required: {why}")


def _is_reported(at: Location, shaped: Shape) -> bool:
    return any(at[:length] in shaped.reported for length in range(1, len(at) + 1))


def _location(loc: Location, shaped: Shape) -> Location:
    """Pydantic's location without what names no piece of the document: members of a union, "[key]"."""
    at: Location = ()
    for part in loc:
        if (*at, part) in shaped.places:
            at = (*at, part)
    return at


def _expected(error: ErrorDetails) -> dict[str, Any]:
    return {"expected": error.get("ctx", {})["expected_tags"]}
