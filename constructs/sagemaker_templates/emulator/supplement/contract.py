"""What a supplement module hands to the layer: operations it answers, and replies of moto it corrects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Generic, TypeVar

from sagemaker_templates.emulator.call import Call, JsonObject, Place

Answer = Callable[[Call], JsonObject]
Check = Callable[[Call], None]
Correction = Callable[[Call, JsonObject], JsonObject]


class AwsError(Exception):
    """An error that AWS would answer, with AWS's code for it."""

    def __init__(self, code: str, message: str, status: str = "400 Bad Request") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def _nothing() -> None:
    pass


def _no_tags(_arn: str) -> Mapping[str, str]:
    return {}


def _operation(call: Call) -> str:
    return call.operation


@dataclass(frozen=True)
class Supplement:
    """One service's part: ``answers`` replace moto's, ``corrections`` repair the body of moto's reply.

    ``checks`` refuse with an ``AwsError`` what AWS refuses and moto accepts: references to what is not there.
    ``name_operation`` is for services whose requests do not name their operation in a header. ``tags`` tells those of
    a resource that moto does not keep, by its ARN, and ``policy_of`` its policy.
    """

    service: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    reset: Callable[[], None] = _nothing
    name_operation: Callable[[Call], str] = _operation
    policy_of: Callable[[str], str | None] | None = None
    tags: Callable[[str], Mapping[str, str]] = _no_tags
    lock: RLock = field(default_factory=RLock)


Item = TypeVar("Item")


class PerPlace(Generic[Item]):
    """Named things, kept apart by account and region."""

    def __init__(self) -> None:
        self._items: dict[Place, dict[str, Item]] = {}

    def at(self, place: Place) -> dict[str, Item]:
        """Return what lives in one account and region, by name."""
        return self._items.setdefault(place, {})

    def everywhere(self, name: str) -> Item | None:
        """Return what has a name, wherever it lives: for names, such as ARNs, that are alike nowhere."""
        return next((items[name] for items in self._items.values() if name in items), None)

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
