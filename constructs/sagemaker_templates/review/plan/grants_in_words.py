"""Grants of a policy in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sagemaker_templates.review.plan.policy_document import EVERYTHING, Condition, Grant, PolicyDocument, Scope
from sagemaker_templates.wording import counted

EVERY_RESOURCE = "every resource"
_LISTED = 12
_FEW_ACTIONS = 4
_ASSUMES = "sts:assumerole"

_Conditions = frozenset[Condition]
_Grants = frozenset[tuple[Scope, Scope]]


def in_short(policy: PolicyDocument, *, is_trust: bool) -> Iterator[str]:
    """A whole policy: a line for those who may do the same under the same conditions, and for what is denied.

    Args:
        is_trust: whether it says who may become a role.
    """
    for principals, grants in _of_equals(policy.allows):
        actions = {str(grant.action) for grant in grants}
        if is_trust and all(action.lower().startswith(_ASSUMES) for action in actions):
            yield f"can be assumed by {listed(principals)}{_when(grants)}"
        elif principals:
            yield f"lets {listed(principals)} do {_some(actions)}{_everywhere(grants)}{_when(grants)}"
        else:
            yield f"allows {_some(actions)}{_everywhere(grants)}{_when(grants)}"
    for principals, grants in _of_equals(policy.denies):
        to = f" {listed(principals)}" if principals else ""
        yield f"denies{to} {_some({str(grant.action) for grant in grants})}{_when(grants)}"


def _of_equals(grants: Iterable[Grant]) -> Iterator[tuple[set[str], list[Grant]]]:
    """Those who are granted the same things under the same conditions together, the most grants first."""
    groups: dict[tuple[_Conditions, _Grants], dict[str, list[Grant]]] = defaultdict(dict)
    for (principal, conditions), same in grouped(grants).items():
        granted = frozenset((grant.action, grant.resource) for grant in same)
        groups[conditions, granted][principal] = same
    for by_principal in sorted(groups.values(), key=lambda found: -len(next(iter(found.values())))):
        first = next(iter(by_principal.values()))
        yield {who(same[0].principal) for same in by_principal.values()} - {""}, first


def _some(actions: set[str]) -> str:
    return listed(actions) if len(actions) <= _FEW_ACTIONS else counted(len(actions), "action")


def _everywhere(grants: list[Grant]) -> str:
    """Which of an identity's actions are allowed on every resource."""
    actions = {str(grant.action) for grant in grants}
    everywhere = {str(grant.action) for grant in grants if where(grant) == EVERY_RESOURCE}
    if not everywhere:
        return ""
    return " on every resource" if everywhere == actions else f", on every resource {listed(everywhere)}"


def _when(grants: list[Grant]) -> str:
    conditions = sorted(map(str, grants[0].conditions))
    return f" if {', and '.join(conditions)}" if conditions else ""


def grouped(grants: Iterable[Grant]) -> dict[tuple[str, _Conditions], list[Grant]]:
    """Grants that differ in action and resource alone, together."""
    groups: dict[tuple[str, _Conditions], list[Grant]] = defaultdict(list)
    for grant in grants:
        groups[(str(grant.principal), grant.conditions)].append(grant)
    return groups


def what(grants: list[Grant]) -> str:
    """What grants of one principal, under the same conditions, allow or deny."""
    actions = listed({str(grant.action) for grant in grants})
    resources = listed({where(grant) for grant in grants} - {""})
    principal = who(grants[0].principal)
    by = f" by {principal}" if principal else ""
    on = f" on {resources}" if resources else ""
    return f"{actions}{on}{by}{_when(grants)}"


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
