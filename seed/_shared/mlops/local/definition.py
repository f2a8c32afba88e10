"""A compiled pipeline definition: its parameters, its steps, and which of them wait for which."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, Self

Json = dict[str, Any]
Value = Any
"""Any JSON value: text, number, list, object."""

_PATH_PART = re.compile(r"\[['\"](?P<quoted>[^'\"]+)['\"]\]|\[(?P<index>\d+)\]|\.?(?P<name>[^.\[\]]+)")


@dataclass(frozen=True)
class Step:
    """One step; steps inside a condition know it."""

    name: str
    type: str
    arguments: Json
    depends_on: tuple[str, ...] = ()
    property_files: tuple[Json, ...] = ()
    condition: str | None = None

    @classmethod
    def read(cls, raw: Json, condition: str | None = None) -> Self:
        """A step as the definition writes it."""
        return cls(
            name=raw["Name"],
            type=raw["Type"],
            arguments=raw["Arguments"],
            depends_on=tuple(raw.get("DependsOn", ())),
            property_files=tuple(raw.get("PropertyFiles", ())),
            condition=condition,
        )

    @property
    def own_arguments(self) -> Value:
        """The arguments without the steps that a condition holds."""
        return self.arguments["Conditions"] if self.type == "Condition" else self.arguments


@dataclass(frozen=True)
class Definition:
    """A definition with all its steps, those inside conditions included."""

    parameters: Mapping[str, Json]
    steps: tuple[Step, ...] = field(default=())

    @classmethod
    def read(cls, text: str) -> Self:
        """A definition as the SDK writes it."""
        raw = json.loads(text)
        parameters = {parameter["Name"]: parameter for parameter in raw["Parameters"]}
        return cls(parameters, tuple(_flattened(raw["Steps"])))

    def step(self, name: str) -> Step:
        """The first step of a name."""
        return next(step for step in self.steps if step.name == name)

    def of_type(self, *types: str) -> list[Step]:
        """The steps of some types."""
        return [step for step in self.steps if step.type in types]

    def order(self) -> list[Step]:
        """The steps in an order in which they can run.

        Raises:
            CycleError: there is none.
        """
        graph = {step.name: dependencies(step) for step in self.steps}
        return [self.step(name) for name in TopologicalSorter(graph).static_order()]

    def before(self, name: str) -> list[Step]:
        """The steps that a step needs, by way of others too, in an order in which they can run."""
        needed: set[str] = set()
        waiting = [name]
        while waiting:
            new = dependencies(self.step(waiting.pop())) - needed
            needed |= new
            waiting.extend(new)
        return [step for step in self.order() if step.name in needed]

    def after(self, name: str) -> set[str]:
        """The names of the steps that need a step, by way of others too."""
        return {step.name for step in self.steps if name in {each.name for each in self.before(step.name)}}


def dependencies(step: Step) -> set[str]:
    """The names of the steps that must have run before."""
    named = {get.split(".")[1] for get in gets(step.own_arguments) if get.startswith("Steps.")}
    inside = {step.condition} if step.condition else set()
    return named | set(step.depends_on) | inside


def gets(value: Value) -> Iterator[str]:
    """What a value refers to, e.g. ``Parameters.Seed``."""
    if isinstance(value, list):
        for each in value:
            yield from gets(each)
    elif isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        else:
            yield from gets(list(value.values()))


def path_parts(path: str) -> list[str]:
    """``Outputs['train'].S3Output`` → Outputs, train, S3Output."""
    return [next(group for group in match.groups() if group) for match in _PATH_PART.finditer(path)]


def _flattened(raw_steps: list[Json], condition: str | None = None) -> Iterator[Step]:
    for raw in raw_steps:
        step = Step.read(raw, condition)
        yield step
        if step.type == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from _flattened(step.arguments[branch], step.name)
