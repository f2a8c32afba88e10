"""IAM policy documents as single grants, and what of one document goes beyond another.

The comparison is of texts, not of every request: a grant counts as covered only where one single grant of the other
document covers it. So a widening is never missed, and wildcards, cases, order and the split into statements make no
difference; two documents that allow the same in a way that only a theorem prover sees may be reported.

The language: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
    """One condition of a grant; operator and key in lower case."""

    operator: str
    key: str
    values: frozenset[str]

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.operator} {self.key} {', '.join(sorted(self.values))}"


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
            yield Condition(operator.lower(), key.lower(), texts)


def _condition_value(operator: str, value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) or "bool" in operator.lower() else str(value)
    return _in_normal_form(text) if _is_pattern(operator.lower()) else text


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _in_normal_form(pattern: str) -> str:
    """Of the wildcards that stand together, ``?`` first and one ``*``: so equal patterns look the same."""
    return re.sub(r"[*?]*\*[*?]*", lambda run: "?" * run[0].count("?") + "*", pattern)


def gained(before: PolicyDocument, after: PolicyDocument) -> tuple[Grant, ...]:
    """What ``after`` allows and no grant of ``before`` covers."""
    return tuple(grant for grant in after.allows if not any(covers(old, grant) for old in before.allows))


def no_longer_denied(before: PolicyDocument, after: PolicyDocument) -> tuple[Grant, ...]:
    """What ``before`` denies and no denial of ``after`` covers."""
    return tuple(grant for grant in before.denies if not any(covers(new, grant) for new in after.denies))


def covers(wide: Grant, narrow: Grant) -> bool:
    """Whether every request that ``narrow`` fits fits ``wide`` as well."""
    return (
        scope_covers(wide.principal, narrow.principal)
        and scope_covers(wide.action, narrow.action, ignore_case=True)
        and scope_covers(wide.resource, narrow.resource)
        and not unmet(wide, narrow)
    )


def unmet(wide: Grant, narrow: Grant) -> tuple[Condition, ...]:
    """The conditions of ``wide`` that ``narrow`` does not make sure of."""
    return tuple(
        condition
        for condition in sorted(wide.conditions, key=str)
        if not any(_implies(own, condition) for own in narrow.conditions)
    )


def scope_covers(wide: Scope, narrow: Scope, *, ignore_case: bool = False) -> bool:
    """Whether everything in ``narrow`` is in ``wide``."""
    wide_patterns, narrow_patterns = _folded(wide, ignore_case), _folded(narrow, ignore_case)
    if wide.inverted and narrow.inverted:
        return all(_covered(out, narrow_patterns) for out in wide_patterns)
    if wide.inverted:
        return not any(_overlap(out, inside) for out in wide_patterns for inside in narrow_patterns)
    if narrow.inverted:
        return EVERYTHING in wide_patterns
    return all(_covered(inside, wide_patterns) for inside in narrow_patterns)


def _folded(scope: Scope, ignore_case: bool) -> frozenset[str]:
    return frozenset(pattern.lower() for pattern in scope.patterns) if ignore_case else scope.patterns


def _covered(pattern: str, by: frozenset[str]) -> bool:
    return pattern in by or any(_matches(wide, pattern) for wide in by)


def _matches(wide: str, narrow: str) -> bool:
    """Whether all that ``narrow`` matches ``wide`` matches: its ``*`` is met by ``*`` alone, its ``?`` by either."""
    parts = {"*": ".*", "?": "[^*]"}
    expression = "".join(parts.get(character) or re.escape(character) for character in wide)
    return re.fullmatch(expression, narrow, re.DOTALL) is not None


def _overlap(one: str, other: str) -> bool:
    """Whether anything matches both; taken to be so where wildcards on both sides make it hard to say."""
    if _matches(one, other) or _matches(other, one):
        return True
    return _has_wildcard(one) and _has_wildcard(other) and _same_start(one, other)


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _same_start(one: str, other: str) -> bool:
    starts = [re.split(r"[*?]", pattern, maxsplit=1)[0] for pattern in (one, other)]
    length = min(map(len, starts))
    return starts[0][:length] == starts[1][:length]


def _implies(strong: Condition, weak: Condition) -> bool:
    if strong.key != weak.key or not _operator_implies(strong.operator, weak.operator):
        return False
    ends = (weak.values, strong.values) if "not" in weak.operator else (strong.values, weak.values)
    fewer, more = ends
    if _is_pattern(weak.operator):
        return all(_covered(value, more) for value in fewer)
    return fewer <= more


def _operator_implies(strong: str, weak: str) -> bool:
    """The same operator, or a stricter one: without ``IfExists``, and exact instead of by pattern."""
    bare_strong, bare_weak = strong.removesuffix("ifexists"), weak.removesuffix("ifexists")
    if strong != bare_strong and weak == bare_weak:
        return False
    return bare_strong == bare_weak or bare_weak in _BY_PATTERN.get(bare_strong, ())


# Arn operators match patterns either way: reference_policies_elements_condition_operators.html
_BY_PATTERN: Mapping[str, tuple[str, ...]] = {
    "stringequals": ("stringlike",),
    "arnequals": ("arnlike",),
    "arnlike": ("arnequals",),
    "arnnotequals": ("arnnotlike",),
    "arnnotlike": ("arnnotequals",),
}


def _is_pattern(operator: str) -> bool:
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
