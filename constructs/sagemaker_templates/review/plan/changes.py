"""Terraform's JSON of a plan, as typed changes that never give away what Terraform marks sensitive.

The format: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Any


class Action(StrEnum):
    """What a plan does to one resource."""

    CREATE = "create"
    UPDATE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"
    FORGET = "forget"
    READ = "read"
    NOTHING = "nothing"


CHANGING = (Action.DESTROY, Action.REPLACE, Action.FORGET, Action.UPDATE, Action.CREATE)
"""The actions that change something, the gravest first."""

_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): Action.NOTHING,
    ("read",): Action.READ,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DESTROY,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("forget",): Action.FORGET,
    ("create", "forget"): Action.REPLACE,
}


class Unreadable(Enum):
    """Why a value of a plan cannot be shown."""

    SENSITIVE = "marked sensitive, not shown"
    UNKNOWN = "known only after apply"


@dataclass(frozen=True)
class ResourceChange:
    """One resource of a plan.

    Attributes:
        expressions: the resource's configuration, in which unknown values can be traced to their source.
        forced_by: names of the attributes that force the replacement.
        tainted: whether it is replaced because its creation failed half way, or somebody said so.
    """

    address: str
    type: str
    action: Action
    is_data: bool = False
    forced_by: tuple[str, ...] = ()
    tainted: bool = False
    expressions: Mapping[str, Any] = field(default_factory=dict)
    _before: Mapping[str, Any] = field(default_factory=dict)
    _after: Mapping[str, Any] = field(default_factory=dict)
    _unknown: Any = False
    _before_sensitive: Any = False
    _after_sensitive: Any = False

    def old(self, name: str) -> Any:
        """The attribute's value before, None where there is none, ``Unreadable`` where any part is sensitive."""
        if _marks(self._before_sensitive, name):
            return Unreadable.SENSITIVE
        return self._before.get(name)

    def new(self, name: str) -> Any:
        """The attribute's value after, ``Unreadable`` where any part is sensitive or not known yet."""
        if _marks(self._after_sensitive, name):
            return Unreadable.SENSITIVE
        if _marks(self._unknown, name):
            return Unreadable.UNKNOWN
        return self._after.get(name)

    def partly_known(self, name: str) -> Any:
        """The attribute's value after with None for what is not known yet, ``Unreadable`` where it is sensitive."""
        if _marks(self._after_sensitive, name):
            return Unreadable.SENSITIVE
        return self._after.get(name)

    @property
    def is_there_before(self) -> bool:
        """Whether the resource exists already."""
        return self.action not in (Action.CREATE, Action.READ)

    @property
    def is_there_after(self) -> bool:
        """Whether Terraform still has the resource afterwards."""
        return self.action not in (Action.DESTROY, Action.FORGET)

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of the attributes that change; of a map its keys, as in ``tags["Owner"]``; never a value."""
        if self.action not in (Action.UPDATE, Action.REPLACE):
            return ()
        names = sorted({*self._before, *self._after})
        found = [shown for name in names for shown in self._changed_below(name)]
        # Every tag of a resource is in tags_all as well, those of the provider's default_tags only there.
        twice = {shown.replace("tags[", "tags_all[", 1) for shown in found if shown.startswith("tags[")}
        return tuple(shown for shown in found if shown not in twice)

    def _changed_below(self, name: str) -> Iterator[str]:
        before, after = self._before.get(name), self._after.get(name)
        unknown = _marks(self._unknown, name)
        hidden = _marks(self._before_sensitive, name) or _marks(self._after_sensitive, name)
        if before == after and not unknown and hidden == _marks(self._before_sensitive, name):
            return
        if unknown and name not in self.expressions:
            return  # the provider's own, such as an id: it says nothing to a reviewer
        if isinstance(before, dict) and isinstance(after, dict) and not hidden and not unknown:
            keys = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
            yield from (f'{name}["{key}"]' for key in keys)
        else:
            yield name


@dataclass(frozen=True)
class PlannedChanges:
    """Everything one stack's plan would do.

    Attributes:
        resources: in Terraform's order, also those that nothing happens to.
        outputs: names of the outputs that change.
        place: account and region that the stack's provider works in; None where it does not say.
    """

    resources: tuple[ResourceChange, ...]
    outputs: tuple[str, ...] = ()
    place: tuple[str, str] | None = None

    def of(self, action: Action) -> tuple[ResourceChange, ...]:
        """The resources that an action is done to; data sources are none."""
        return tuple(change for change in self.resources if change.action is action and not change.is_data)

    @property
    def state_is_empty(self) -> bool:
        """Whether Terraform has none of the resources yet; data sources are none."""
        return not any(change.is_there_before for change in self.resources if not change.is_data)

    @property
    def of_reality(self) -> "PlannedChanges":
        """Without what is only forgotten: that stays as it is, whatever becomes of the state."""
        kept = tuple(change for change in self.resources if change.action is not Action.FORGET)
        return replace(self, resources=kept)

    @property
    def changing(self) -> tuple[ResourceChange, ...]:
        """The resources that are changed, the gravest action first."""
        return tuple(change for action in CHANGING for change in self.of(action))


def read_plan(shown: Mapping[str, Any]) -> PlannedChanges:
    """Read what ``terraform show -json PLAN`` wrote.

    Raises:
        ValueError: an action that this version does not know; it must not be taken for nothing.
    """
    expressions = dict(_expressions(shown.get("configuration", {}).get("root_module", {})))
    changes = [_change(entry, expressions) for entry in shown.get("resource_changes", [])]
    outputs = [name for name, change in shown.get("output_changes", {}).items() if change["actions"] != ["no-op"]]
    place = _place(shown.get("configuration", {}).get("provider_config", {}))
    return PlannedChanges(tuple(changes), tuple(sorted(outputs)), place)


def _place(providers: Mapping[str, Any]) -> tuple[str, str] | None:
    match providers:
        case {
            "aws": {
                "expressions": {
                    "allowed_account_ids": {"constant_value": [str(account)]},
                    "region": {"constant_value": str(region)},
                }
            }
        }:
            return account, region
        case _:
            return None


def _change(entry: Mapping[str, Any], expressions: Mapping[str, Any]) -> ResourceChange:
    change = entry["change"]
    return ResourceChange(
        address=entry["address"],
        type=entry["type"],
        action=_action(change["actions"]),
        is_data=entry.get("mode") == "data",
        forced_by=tuple(dict.fromkeys(str(path[0]) for path in change.get("replace_paths", []) if path)),
        tainted=entry.get("action_reason") == "replace_because_tainted",
        expressions=expressions.get(_without_keys(entry["address"]), {}),
        _before=change.get("before") or {},
        _after=change.get("after") or {},
        _unknown=change.get("after_unknown", False),
        _before_sensitive=change.get("before_sensitive", False),
        _after_sensitive=change.get("after_sensitive", False),
    )


def _action(actions: list[str]) -> Action:
    try:
        return _ACTIONS[tuple(actions)]
    except KeyError:
        raise ValueError(f"a plan with the unknown action {actions}") from None


def _without_keys(address: str) -> str:
    """The address in the configuration: an instance's key, which may hold anything, left out."""
    return address.split("[", 1)[0]


def _expressions(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The root module's resources: a synthesized stack has no other."""
    for resource in module.get("resources", []):
        yield resource["address"], resource.get("expressions", {})


def _marks(mask: Any, name: str) -> bool:
    """Whether a mask such as ``after_sensitive`` marks any part of an attribute."""
    return mask is True or (isinstance(mask, dict) and _any(mask.get(name, False)))


def _any(mask: Any) -> bool:
    if isinstance(mask, dict):
        return any(_any(part) for part in mask.values())
    if isinstance(mask, list):
        return any(_any(part) for part in mask)
    return bool(mask)
