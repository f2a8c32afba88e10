"""Conditions of a definition: whether one holds, and what it asked, for people."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from mlops.local.definition import Json, Value

Resolve = Callable[[Value], Value]
"""Gives a value with its references resolved."""

_COMPARE: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "LessThanOrEqualTo": ("<=", operator.le),
    "LessThan": ("<", operator.lt),
    "GreaterThanOrEqualTo": (">=", operator.ge),
    "GreaterThan": (">", operator.gt),
    "Equals": ("=", operator.eq),
}


class UnknownConditionError(ValueError):
    """A kind of condition that cannot be decided here; the message is one line."""


def holds(condition: Json, resolve: Resolve) -> bool:
    """Whether a condition holds.

    Raises:
        UnknownConditionError: it is of a kind that is not known here.
    """
    kind = condition["Type"]
    if kind in _COMPARE:
        _, compare = _COMPARE[kind]
        return compare(resolve(condition["LeftValue"]), resolve(condition["RightValue"]))
    if kind == "Not":
        return not holds(condition["Expression"], resolve)
    if kind == "Or":
        return any(holds(each, resolve) for each in condition["Conditions"])
    if kind == "In":
        return resolve(condition["QueryValue"]) in resolve(condition["Values"])
    raise UnknownConditionError(f"conditions of the kind {kind} cannot be decided on this machine")


def in_words(condition: Json, resolve: Resolve) -> str:
    """What a condition asks, with names and values: ``regression_metrics.mse.value 4.2 <= MseThreshold 6.0``."""
    kind = condition["Type"]
    if kind == "Not":
        return f"not ({in_words(condition['Expression'], resolve)})"
    if kind == "Or":
        return " or ".join(in_words(each, resolve) for each in condition["Conditions"])
    if kind == "In":
        return f"{_side(condition['QueryValue'], resolve)} in {resolve(condition['Values'])}"
    sign, _ = _COMPARE[kind]
    return f"{_side(condition['LeftValue'], resolve)} {sign} {_side(condition['RightValue'], resolve)}"


def _side(value: Value, resolve: Resolve) -> str:
    name = ""
    if isinstance(value, dict):
        name = value.get("Std:JsonGet", {}).get("Path") or value.get("Get", "").removeprefix("Parameters.")
    return f"{name} {resolve(value)}".strip()
