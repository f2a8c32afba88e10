"""What a policy allows that its predecessor did not."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

Grants = Mapping[tuple[str, str, str], set[frozenset[str]]]
"""(principal, action, resource) → each set of conditions under which it is granted."""


def statements(policy: object) -> list[Mapping[str, Any]]:
    """The statements of a policy in JSON; none where there is no policy."""
    if not isinstance(policy, str) or not policy:
        return []
    try:
        found = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return [one for one in _listed(found) if isinstance(one, dict)]


def widened(before: object, after: object) -> Iterator[str]:
    """Say what is newly allowed, allowed under fewer conditions, or denied no more; nothing if nothing is."""
    old, new = _grants(before, "Allow"), _grants(after, "Allow")
    for grant, conditions in new.items():
        if grant not in old:
            yield f"now allowed: {_shown(grant)}"
        elif any(not any(had <= has for had in old[grant]) for has in conditions):
            yield f"fewer conditions on: {_shown(grant)}"
    denied = _grants(after, "Deny")
    for grant in _grants(before, "Deny"):
        if grant not in denied:
            yield f"denied no more: {_shown(grant)}"


def _grants(policy: object, effect: str) -> Grants:
    found: dict[tuple[str, str, str], set[frozenset[str]]] = defaultdict(set)
    for statement in statements(policy):
        if statement.get("Effect") != effect:
            continue
        conditions = frozenset(_conditions(statement.get("Condition", {})))
        for principal in _of(statement, "Principal"):
            for action in _of(statement, "Action"):
                for resource in _of(statement, "Resource"):
                    found[principal, action, resource].add(conditions)
    return found


def _of(statement: Mapping[str, Any], key: str) -> list[str]:
    """The values of a key or of its opposite (``NotAction``), told apart; one empty text where neither is."""
    for name, prefix in ((key, ""), (f"Not{key}", "all but ")):
        if name in statement:
            return [f"{prefix}{value}" for value in _named(statement[name])]
    return [""]


def _named(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for kind, names in value.items():
            yield from (f"{kind} {name}" for name in _listed(names))
    else:
        yield from map(str, _listed(value))


def _conditions(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for test, variables in condition.items():
        for variable, values in variables.items():
            yield json.dumps([test, variable, sorted(map(str, _listed(values)))])


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _shown(grant: tuple[str, str, str]) -> str:
    principal, action, resource = grant
    who = f"{principal}: " if principal else ""
    return f"{who}{action}" + (f" on {resource}" if resource else "")
