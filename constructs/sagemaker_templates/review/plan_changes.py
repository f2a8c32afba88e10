"""What a plan changes, read from ``terraform show -json``.

The format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["create", "update", "replace", "destroy"]

_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


@dataclass(frozen=True)
class Change:
    """One resource that a plan touches.

    Attributes:
        before: its attributes now; empty when it is created.
        after: its attributes then, without those that are known only after the apply; empty when it is destroyed.
        unknown: attributes that are known only after the apply.
    """

    address: str
    type: str
    action: Action
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: frozenset[str]


def changes_of(plan: Mapping[str, Any]) -> list[Change]:
    """The changes of a plan in Terraform's order; what is only read, or stays, is none."""
    return [_change(entry, action) for entry in plan.get("resource_changes", ()) if (action := _action(entry))]


def _action(entry: Mapping[str, Any]) -> Action | None:
    return _ACTIONS.get(tuple(entry["change"]["actions"])) if entry.get("mode") == "managed" else None


def _change(entry: Mapping[str, Any], action: Action) -> Change:
    change = entry["change"]
    unknown = change.get("after_unknown") or {}
    return Change(
        address=entry["address"],
        type=entry["type"],
        action=action,
        before=change.get("before") or {},
        after=change.get("after") or {},
        unknown=frozenset(name for name, value in unknown.items() if value is True),
    )
