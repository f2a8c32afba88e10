"""Answers in pages, of which there is one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Paginator:
    """Gives the whole answer of an operation as its only page."""

    operation: Callable[..., Json]

    def paginate(self, **arguments: Any) -> Iterator[Json]:
        """The only page."""
        yield self.operation(**arguments)
