"""What became of one execution, and what each of its steps left for the others."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from mlops.local.definition import Json, Value


@dataclass
class Left:
    """What a step left.

    Attributes:
        properties: what references of other steps find.
        chosen: which steps a condition has chosen.
        comparison: the condition's question and its answer, for people.
        model: the request that a model was made by.
        package: the request that a model package was registered by.
        message: what a processing job left as its exit message.
    """

    properties: Json = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    comparison: str = ""
    model: Json = field(default_factory=dict)
    package: Json = field(default_factory=dict)
    message: str = ""

    @property
    def locations(self) -> list[str]:
        """Where the step's files lie."""
        return [each for each in _texts(self.properties) if each.startswith("s3://")]


@dataclass
class Execution:
    """What became of one execution."""

    identifier: str
    parameters: Mapping[str, Value]
    steps: list[str] = field(default_factory=list)
    failure: str | None = None
    left: dict[str, Left] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: Json) -> Self:
        """An execution as ``written`` wrote it."""
        return cls(**{**raw, "left": {name: Left(**each) for name, each in raw["left"].items()}})

    def written(self) -> Json:
        """All of it as JSON."""
        return asdict(self)

    @property
    def registered(self) -> list[Json]:
        """The requests that model packages were registered by."""
        return [each.package for each in self.left.values() if each.package]

    @property
    def messages(self) -> dict[str, str]:
        """What processing jobs left as their exit messages."""
        return {name: each.message for name, each in self.left.items() if each.message}

    @property
    def status(self) -> str:
        """In SageMaker's words."""
        return "Failed" if self.failure is not None else "Succeeded"


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
