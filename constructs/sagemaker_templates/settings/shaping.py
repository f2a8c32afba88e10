"""Walks a document beside its model: plain data for pydantic, and where each piece of it came from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sagemaker_templates.settings import annotations, numbers
from sagemaker_templates.settings.document import Entry, ListNode, MapNode, Node, Refused, Scalar
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import did_you_mean, nearest, quoted
from sagemaker_templates.settings.variables import Unresolved, Variables, is_reference, resolve, typed

_MOST_LISTED = 15
_FIRST_LISTED = 3

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where a value stands, and what the user typed there."""

    file: Path
    line: int
    key: str
    node: Node


@dataclass
class Shape:
    """A document as plain data.

    Attributes:
        data: what pydantic validates; None stands where ``reported`` says that the mistake is already known.
        places: where each piece of the data stands.
        required: what the required keys are for, to be said when one is missing.
        reported: the pieces that a problem already names, so that one mistake gives one line.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, Place] = field(default_factory=dict)
    required: dict[Location, str] = field(default_factory=dict)
    reported: set[Location] = field(default_factory=set)


def shape(node: MapNode, model: type[BaseModel], report: Report, variables: Variables) -> Shape:
    """The data of a map that is meant for a model; unknown and repeated keys are reported and left out."""
    walk = _Walk(report, variables)
    walk.shape.places[()] = Place(node.file, 1, "", node)
    walk.shape.data = walk.model(node, model, (), "")
    return walk.shape


def without_repeats(entries: Iterable[Entry], report: Report, prefix: str = "") -> Iterator[Entry]:
    """The entries whose field was not given before in the other spelling (kebab-case, snake_case)."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.field in first:
            other = first[entry.field]
            message = f"is given twice; first as {other.key} on line {other.line}"
            report.add(entry.file, entry.line, prefix + entry.key, message)
        else:
            first[entry.field] = entry
            yield entry


def report_unknown(entry: Entry, known: Iterable[str], report: Report, prefix: str = "") -> str | None:
    """Report a key that no field has; the key that the user may have meant is returned."""
    known = list(known)
    wrong = entry.name or entry.key
    hint = did_you_mean(wrong, known)
    allowed = "" if hint else f"; allowed: {_listed(known)}"
    report.add(entry.file, entry.line, prefix + entry.key, f"{quoted(wrong)} is not a known key{allowed}{hint}")
    return nearest(wrong, known)


def _listed(known: list[str]) -> str:
    """The keys, where they are few enough to be read."""
    if len(known) <= _MOST_LISTED:
        return ", ".join(known)
    return f"{', '.join(known[:_FIRST_LISTED])} and {len(known) - _FIRST_LISTED} more, see docs/settings.md"


class _Walk:
    def __init__(self, report: Report, variables: Variables) -> None:
        self.shape = Shape()
        self._report = report
        self._variables = variables

    def model(self, node: MapNode, model: type[BaseModel], at: Location, prefix: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        self._note_required(model, at)
        for entry in without_repeats(node, self._report, prefix):
            info = model.model_fields.get(entry.field)
            if info is not None:
                data[entry.field] = self._entry(entry, info.annotation, (*at, entry.field), prefix)
            elif not isinstance(entry.value, Refused):
                self._unknown(entry, model, at, prefix)
        return data

    def _note_required(self, model: type[BaseModel], at: Location) -> None:
        for name, info in model.model_fields.items():
            if info.is_required():
                self.shape.required[*at, name] = info.description or "it has no default"

    def _unknown(self, entry: Entry, model: type[BaseModel], at: Location, prefix: str) -> None:
        known = annotations.kebab(model.model_fields)
        meant = report_unknown(entry, known, self._report, prefix)
        if meant:
            # The key that was misspelt is not missing as well.
            self.shape.reported.add((*at, meant.replace("-", "_")))

    def _entry(self, entry: Entry, annotation: object, at: Location, prefix: str) -> object:
        place = Place(entry.file, entry.line, prefix + entry.key, entry.value)
        return self._value(place, annotation, at)

    def _value(self, place: Place, annotation: object, at: Location) -> object:
        self.shape.places[at] = place
        match place.node:
            case Scalar(value=None):
                self._known_bad(place, at, "has no value; give it one or leave the key out")
                return None
            case Scalar(value=value):
                if reason := numbers.wrong(place.node, annotation):
                    self._known_bad(place, at, reason)
                    return None
                return value
            case ListNode():
                return self._list(place, place.node, annotation, at)
            case MapNode():
                return self._map(place, place.node, annotation, at)
            case Refused():
                self.shape.reported.add(at)
                return None

    def _list(self, place: Place, node: ListNode, annotation: object, at: Location) -> list[Any]:
        inner = annotations.of_items(annotation)
        places = (Place(item.file, item.line, f"{place.key}[{n}]", item) for n, item in enumerate(node.items))
        return [self._value(item, inner, (*at, n)) for n, item in enumerate(places)]

    def _map(self, place: Place, node: MapNode, annotation: object, at: Location) -> object:
        if is_reference(node):
            return self._reference(place, node, annotation, at)
        candidates = annotations.models(annotation)
        if not candidates:
            inner = annotations.of_items(annotation)
            return {entry.key: self._entry(entry, inner, (*at, entry.key), f"{place.key}.") for entry in node}
        if len(candidates) > 1:
            return self._one_of(place, node, candidates, at)
        return self.model(node, candidates[0], at, f"{place.key}.")

    def _one_of(
        self, place: Place, node: MapNode, candidates: list[type[BaseModel]], at: Location
    ) -> dict[str, object]:
        """A map of several possible shapes, told apart by its ``type``."""
        entry = node.get("type")
        if entry is None:
            types = [annotations.literals(model.model_fields["type"].annotation) for model in candidates]
            self.shape.required[*at, "type"] = " or ".join(str(one) for literals in types for one in literals)
            return {}
        value = self._entry(entry, str, (*at, "type"), f"{place.key}.")
        for model in candidates:
            if value in annotations.literals(model.model_fields["type"].annotation):
                return self.model(node, model, at, f"{place.key}.")
        # Without a known type nothing else in the map can be judged.
        return {"type": value}

    def _reference(self, place: Place, node: MapNode, annotation: object, at: Location) -> object:
        try:
            scalar = resolve(node, self._variables)
        except Unresolved as reason:
            self._known_bad(place, at, str(reason))
            return None
        self.shape.places[at] = Place(place.file, place.line, place.key, scalar)
        value = typed(scalar.text, annotation)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text not in annotations.literals(annotation):
                self._report.hide(text, str(scalar.variable))
        return value

    def _known_bad(self, place: Place, at: Location, message: str) -> None:
        if message:
            self._report.add(place.file, place.line, place.key, message)
        self.shape.reported.add(at)
