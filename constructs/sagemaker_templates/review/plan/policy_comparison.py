"""What one policy document allows beyond another.

The comparison is of texts, not of every request: a grant counts as covered only where one single grant of the other
document covers it. So a widening is never missed, and wildcards, cases, order and the split into statements make no
difference; two documents that allow the same in a way that only a theorem prover sees may be reported.
"""

import re
from collections.abc import Mapping

from sagemaker_templates.review.plan.policy_document import (
    EVERYTHING,
    Condition,
    Grant,
    PolicyDocument,
    Scope,
    holds_patterns,
)


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
    if holds_patterns(weak.operator):
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
