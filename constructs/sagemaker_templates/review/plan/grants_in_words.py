"""Grants of a policy in words."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sagemaker_templates.review.plan.policy_document import EVERYTHING, Grant, Scope

EVERY_RESOURCE = "every resource"
_LISTED = 12


def grouped(grants: Iterable[Grant]) -> dict[tuple[str, frozenset[Any]], list[Grant]]:
    """Grants that differ in action and resource alone, together."""
    groups: dict[tuple[str, frozenset[Any]], list[Grant]] = defaultdict(list)
    for grant in grants:
        groups[(str(grant.principal), grant.conditions)].append(grant)
    return groups


def what(grants: list[Grant]) -> str:
    """What grants of one principal, under the same conditions, allow or deny."""
    actions = listed({str(grant.action) for grant in grants})
    resources = listed({where(grant) for grant in grants} - {""})
    principal, conditions = who(grants[0].principal), sorted(map(str, grants[0].conditions))
    by = f" by {principal}" if principal else ""
    on = f" on {resources}" if resources else ""
    when = f" if {' and '.join(conditions)}" if conditions else ""
    return f"{actions}{on}{by}{when}"


def where(grant: Grant) -> str:
    """The resource; ``*`` in the policy of a resource, such as a key, is that resource."""
    if grant.resource.inverted or grant.resource.patterns != {EVERYTHING}:
        return str(grant.resource)
    return "" if who(grant.principal) else EVERY_RESOURCE


def who(principal: Scope) -> str:
    """The principal for a reader; nothing where it is the one that the policy belongs to."""
    names = ", ".join(sorted(_name(pattern) for pattern in principal.patterns))
    return f"everybody but {names}" if principal.inverted else names


def _name(principal: str) -> str:
    kind, _, text = principal.partition(":")
    if principal == EVERYTHING:
        return "anybody"
    return f"account {text}" if kind == "AWS" and text.isdigit() else text


def listed(texts: set[str]) -> str:
    """The first of them in order, and how many more there are."""
    ordered = sorted(texts)
    more = f" and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
    return ", ".join(ordered[:_LISTED]) + more
