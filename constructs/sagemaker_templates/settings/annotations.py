"""What a field of a settings model can hold, read from its annotation."""

import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

_LISTS = (list, tuple, set, frozenset)


def alternatives(annotation: object) -> Iterator[Any]:
    """The plain types that an annotation allows, without None: of ``A | list[B] | None``, A and list[B]."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from alternatives(part)
    elif annotation is not type(None):
        yield annotation


def models(annotation: object) -> list[type[BaseModel]]:
    """The models among the alternatives."""
    return [one for one in alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]


def is_list(annotation: object) -> bool:
    """Whether a list is among the alternatives."""
    return any((get_origin(one) or one) in _LISTS for one in alternatives(annotation))


def of_items(annotation: object) -> object:
    """The annotation of what a list or the values of a map hold; Any where that is open."""
    for one in alternatives(annotation):
        inner = [part for part in get_args(one) if part is not Ellipsis]
        if inner and get_origin(one) is not Literal:
            return inner[-1]
    return Any


def holds(annotation: object, kind: type) -> bool:
    """Whether values of a basic type (bool, int, float) are among the alternatives, as literals too."""
    return any(one is kind or _is_literal(one, kind) for one in alternatives(annotation))


def kebab(names: Iterable[str]) -> list[str]:
    """Field names the way a user writes them."""
    return [name.replace("_", "-") for name in names]


def _is_literal(annotation: object, kind: type) -> bool:
    return get_origin(annotation) is Literal and all(type(value) is kind for value in get_args(annotation))


def literals(annotation: object) -> tuple[Any, ...]:
    """The values of the literals among the alternatives."""
    return tuple(value for one in alternatives(annotation) if get_origin(one) is Literal for value in get_args(one))
