"""Policy documents, read once (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Effect = Literal["Allow", "Deny"]
Condition = tuple[str, str, tuple[str, ...]]
"""An operator, a condition key in lower case, and the values that it is compared with."""


class MalformedPolicyError(ValueError):
    """A document that IAM would not take."""


@dataclass(frozen=True)
class Principals:
    """Whom a statement of a resource's policy speaks of: by kind (``AWS``, ``Service``, …), or everybody."""

    by_kind: Mapping[str, tuple[str, ...]]

    @property
    def everybody(self) -> bool:
        """Whether it is ``*``, alone or as an AWS principal."""
        return "*" in self.by_kind.get("AWS", ())


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        name: its ``Sid``, or its number from 1.
        actions: patterns; with ``other_actions`` they are those that it does not speak of.
        resources: patterns, likewise; none means all, as in a role's trust policy.
        principals: of a resource's policy; ``None`` in the policy of an identity.
    """

    name: str
    effect: Effect
    actions: tuple[str, ...]
    other_actions: bool
    resources: tuple[str, ...]
    other_resources: bool
    principals: Principals | None
    other_principals: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Named:
    """A policy, and what a person calls it: a role's inline policy by its name, others by their ARN.

    Attributes:
        text: the document, as JSON.
    """

    name: str
    text: str

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements.

        Raises:
            MalformedPolicyError: it is no policy.
        """
        return parsed(self.text)


@lru_cache(maxsize=4096)
def parsed(text: str) -> tuple[Statement, ...]:
    """Read a document.

    Raises:
        MalformedPolicyError: it is no policy.
    """
    try:
        document = json.loads(text)
        return tuple(_statement(number, one) for number, one in enumerate(_listed(document["Statement"]), 1))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedPolicyError(f"no policy: {error}") from error


def _statement(number: int, given: Mapping[str, Any]) -> Statement:
    effect = given["Effect"]
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"an effect is Allow or Deny, not {effect}")
    actions, other_actions = _either(given, "Action", "NotAction")
    resources, other_resources = _either(given, "Resource", "NotResource")
    if not actions:
        raise MalformedPolicyError("a statement without actions")
    principal = given.get("Principal", given.get("NotPrincipal"))
    return Statement(
        name=str(given.get("Sid") or number),
        effect=effect,
        actions=actions,
        other_actions=other_actions,
        resources=resources,
        other_resources=other_resources,
        principals=_principals(principal) if principal is not None else None,
        other_principals="NotPrincipal" in given,
        conditions=_conditions(given.get("Condition", {})),
    )


def _either(given: Mapping[str, Any], name: str, other: str) -> tuple[tuple[str, ...], bool]:
    return (_texts(given[other]), True) if other in given else (_texts(given.get(name, ())), False)


def _principals(given: Any) -> Principals:
    if given == "*":
        return Principals({"AWS": ("*",)})
    return Principals({str(kind): _texts(names) for kind, names in given.items()})


def _conditions(given: Mapping[str, Mapping[str, Any]]) -> tuple[Condition, ...]:
    return tuple(
        (operator, key.lower(), _texts(values)) for operator, keys in given.items() for key, values in keys.items()
    )


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in _listed(given))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
