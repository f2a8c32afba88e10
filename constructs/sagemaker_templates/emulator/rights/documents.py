"""Policy documents, read once (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sagemaker_templates.emulator.rights.conditions import Condition, condition
from sagemaker_templates.emulator.rights.malformed import MalformedPolicyError
from sagemaker_templates.emulator.rights.matching import literal

Effect = Literal["Allow", "Deny"]

_VERSIONS = _WITHOUT_VARIABLES, _WITH_VARIABLES = "2008-10-17", "2012-10-17"
_OF_DOCUMENT = ("Version", "Id", "Statement")
_EITHER = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_OF_STATEMENT = ("Sid", "Effect", "Condition", *(name for pair in _EITHER for name in pair))
_KINDS_OF_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")


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
        _no_others(document, _OF_DOCUMENT)
        version = document.get("Version", _WITHOUT_VARIABLES)
        if version not in _VERSIONS:
            raise MalformedPolicyError(f"there is no version {version} of policies")
        return tuple(
            _statement(number, one, variables=version == _WITH_VARIABLES)
            for number, one in enumerate(_listed(document["Statement"]), 1)
        )
    except MalformedPolicyError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedPolicyError(f"no policy: {error}") from error


def _statement(number: int, given: Mapping[str, Any], *, variables: bool) -> Statement:
    """Variables are none in documents of the older version, which is that of a document that says none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    _check(given)
    actions, other_actions = _either(given, "Action", "NotAction")
    resources, other_resources = _either(given, "Resource", "NotResource")
    principal = given.get("Principal", given.get("NotPrincipal"))
    return Statement(
        name=str(given.get("Sid") or number),
        effect=given["Effect"],
        actions=actions,
        other_actions=other_actions,
        resources=resources if variables else tuple(map(literal, resources)),
        other_resources=other_resources,
        principals=_principals(principal) if principal is not None else None,
        other_principals="NotPrincipal" in given,
        conditions=_conditions(given.get("Condition", {}), variables=variables),
    )


def _check(given: Mapping[str, Any]) -> None:
    _no_others(given, _OF_STATEMENT)
    if given["Effect"] not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"an effect is Allow or Deny, not {given['Effect']}")
    for one, other in _EITHER:
        if one in given and other in given:
            raise MalformedPolicyError(f"a statement with {one} and {other}")
    if not (given.get("Action") or given.get("NotAction")):
        raise MalformedPolicyError("a statement without actions")
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    if "NotPrincipal" in given and given["Effect"] == "Allow":
        raise MalformedPolicyError("NotPrincipal in a statement that allows")


def _no_others(given: Mapping[str, Any], known: Collection[str]) -> None:
    """What is misspelt would be no limit any more, such as a ``Conditions``."""
    if others := [name for name in given if name not in known]:
        raise MalformedPolicyError(f"no part of a policy: {', '.join(others)}")


def _either(given: Mapping[str, Any], name: str, other: str) -> tuple[tuple[str, ...], bool]:
    return (_texts(given[other]), True) if other in given else (_texts(given.get(name, ())), False)


def _principals(given: Any) -> Principals:
    if given == "*":
        return Principals({"AWS": ("*",)})
    _no_others(given, _KINDS_OF_PRINCIPALS)
    return Principals({str(kind): _texts(names) for kind, names in given.items()})


def _conditions(given: Mapping[str, Mapping[str, Any]], *, variables: bool) -> tuple[Condition, ...]:
    return tuple(
        condition(operator, key, _texts(values) if variables else tuple(map(literal, _texts(values))))
        for operator, keys in given.items()
        for key, values in keys.items()
    )


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in _listed(given))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
