"""IAM policy documents as single grants.

The language: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.review.plan.conditions_in_words import in_words

EVERYTHING = "*"
"""Every principal, action or resource."""
_ITSELF = ""
"""The principal of an identity's own policy, and the resource of a trust policy: neither is written."""

# Conditions on these say who may come: what S3 takes for "not public", and the keys of KMS and IAM with that effect.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
_SAYS_WHO = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)

_ANYBODY = frozenset({EVERYTHING, "0.0.0.0/0", "::/0"})
_ARN_FIELDS = 6


@dataclass(frozen=True)
class Scope:
    """Patterns with ``*`` and ``?``; ``inverted`` means everything but these, as in ``NotAction``."""

    patterns: frozenset[str]
    inverted: bool = False

    def __str__(self) -> str:
        """Say it as a policy would."""
        listed = ", ".join(sorted(self.patterns))
        return f"everything but {listed}" if self.inverted else listed


@dataclass(frozen=True)
class Condition:
    """One condition of a grant; operator and key in lower case, for IAM takes them in any.

    Attributes:
        written: the key as the policy has it.
    """

    operator: str
    key: str
    values: frozenset[str]
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Say it in words."""
        return in_words(self.operator, self.written or self.key, self.values)


@dataclass(frozen=True)
class Grant:
    """One principal, one action and one resource, with the conditions that must all hold."""

    principal: Scope
    action: Scope
    resource: Scope
    conditions: frozenset[Condition] = frozenset()

    @property
    def is_public(self) -> bool:
        """Whether anybody may use it: every principal, and no condition that says who."""
        everyone = self.principal.inverted or EVERYTHING in self.principal.patterns
        return everyone and not any(_says_who(condition) for condition in self.conditions)


@dataclass(frozen=True)
class PolicyDocument:
    """A policy document as the grants that it allows and denies."""

    allows: tuple[Grant, ...] = ()
    denies: tuple[Grant, ...] = ()


NO_POLICY = PolicyDocument()


def parse_policy(text: str) -> PolicyDocument | None:
    """Read a policy's JSON; None where it is none."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if not isinstance(document, dict) or "Statement" not in document:
        return None
    return policy_of(_listed(document["Statement"]))


def policy_of(statements: list[Any]) -> PolicyDocument | None:
    """Read statements in the form that they have in a policy's JSON; None where they are no statements."""
    allows: list[Grant] = []
    denies: list[Grant] = []
    for statement in statements:
        if not _is_statement(statement):
            return None
        (allows if statement.get("Effect") == "Allow" else denies).extend(_grants(statement))
    return PolicyDocument(tuple(allows), tuple(denies))


def _is_statement(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    conditions = value.get("Condition") or {}
    return isinstance(conditions, dict) and all(isinstance(by_key, dict) for by_key in conditions.values())


def _grants(statement: Mapping[str, Any]) -> Iterator[Grant]:
    conditions = frozenset(_conditions(statement.get("Condition") or {}))
    for principal in _scopes(statement, "Principal", _principals):
        for action in _scopes(statement, "Action", _texts):
            for resource in _scopes(statement, "Resource", _texts):
                yield Grant(principal, action, resource, conditions)


def _scopes(statement: Mapping[str, Any], key: str, read: Any) -> list[Scope]:
    if f"Not{key}" in statement:
        return [Scope(frozenset(read(statement[f"Not{key}"])), inverted=True)]
    if key not in statement:
        return [Scope(frozenset({_ITSELF}))]
    return [Scope(frozenset({pattern})) for pattern in dict.fromkeys(read(statement[key]))]


def _texts(value: Any) -> list[str]:
    return [_in_normal_form(str(part)) for part in _listed(value)]


def _principals(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return _texts(value)
    return [_principal(kind, text) for kind, listed in value.items() for text in _texts(listed)]


def _principal(kind: str, text: str) -> str:
    """``{"AWS": "*"}`` is everyone, and an account is its root (reference_policies_elements_principal.html)."""
    if kind == "AWS" and text == EVERYTHING:
        return EVERYTHING
    root = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):root", text)
    return f"{kind}:{root[1] if root and kind == 'AWS' else text}"


def _conditions(block: Mapping[str, Any]) -> Iterator[Condition]:
    for operator, by_key in block.items():
        for key, values in by_key.items():
            texts = frozenset(_condition_value(operator, value) for value in _listed(values))
            yield Condition(operator.lower(), key.lower(), texts, key)


def _condition_value(operator: str, value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) or "bool" in operator.lower() else str(value)
    return _in_normal_form(text) if holds_patterns(operator.lower()) else text


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _in_normal_form(pattern: str) -> str:
    """Of the wildcards that stand together, ``?`` first and one ``*``: so equal patterns look the same."""
    return re.sub(r"[*?]*\*[*?]*", lambda run: "?" * run[0].count("?") + "*", pattern)


def holds_patterns(operator: str) -> bool:
    """Whether the values of an operator, in lower case, are patterns with ``*`` and ``?``."""
    return "like" in operator or "arn" in operator


def _says_who(condition: Condition) -> bool:
    if condition.key not in _SAYS_WHO or any(_means_anybody(value) for value in condition.values):
        return False
    # These hold as well where the request does not say who comes.
    return not any(part in condition.operator for part in ("not", "ifexists", "null", "forallvalues:"))


def _means_anybody(value: str) -> bool:
    """Every address, or an ARN's pattern that leaves the account open; a bucket's ARN has none and is one bucket."""
    if value in _ANYBODY:
        return True
    fields = value.split(":", 5)
    ends_early = len(fields) < _ARN_FIELDS and value.startswith("arn:") and "*" in value
    return ends_early or (len(fields) == _ARN_FIELDS and "*" in fields[4])
