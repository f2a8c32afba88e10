"""What a stack's plan tells of drift: what was changed outside of Terraform, and what only waits for an apply.

Terraform refreshes before it plans, and its JSON has both: ``resource_drift``, what it found otherwise than its state
said, and ``resource_changes``, what an apply would do
(https://developer.hashicorp.com/terraform/internals/json-format#plan-representation). Drift that an apply would leave
alone is none here: providers report much of it that nobody has caused, such as values that AWS fills in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange, read_plan

GONE = "is gone"
_ALL_TAGS = "tags_all"


class Cause(StrEnum):
    """Why an apply would change something."""

    OUTSIDE = "changed outside of Terraform"
    BESIDE = "rights that no stack has given"
    WAITING = "not applied yet"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the stack says.

    Attributes:
        action: what an apply would do to it; None where it would leave it alone.
        about: the attributes, or what else there is to say; never a value of an attribute.
    """

    cause: Cause
    address: str
    action: Action | None
    about: tuple[str, ...] = ()


def differences(shown: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs, from the JSON of a plan; by cause, the gravest action first.

    Raises:
        ValueError: the plan holds something that this version does not know.
    """
    changes, drifted = read_plan(shown), _drifted(shown)
    found = [
        *(_difference(change, drifted.get(change.address)) for change in changes.changing),
        *_rights_beside(shown.get("prior_state", {})),
        *_outputs(changes),
    ]
    order = list(Cause)
    return tuple(sorted(found, key=lambda difference: order.index(difference.cause)))


def _drifted(shown: Mapping[str, Any]) -> dict[str, ResourceChange]:
    """What the refresh found otherwise, by address."""
    found = read_plan({"resource_changes": shown.get("resource_drift", [])})
    return {change.address: change for change in found.changing}


def _difference(change: ResourceChange, drift: ResourceChange | None) -> Difference:
    if drift and not drift.is_there_after:
        return Difference(Cause.OUTSIDE, change.address, change.action, (GONE,))
    if drift and not {*_attributes(change)}.isdisjoint(_attributes(drift)):
        return Difference(Cause.OUTSIDE, change.address, change.action, change.changed)
    return Difference(Cause.WAITING, change.address, change.action, change.changed)


def _attributes(change: ResourceChange) -> Iterator[str]:
    """The names of what changes, single tags among them.

    Tags are read from ``tags_all``, where there is one: what the provider reads into ``tags`` goes by the default
    tags that it is given now, so that a changed default looks as if somebody had tagged the resource.
    What was empty in one way and is in another has not changed: providers write null, and read an empty map.
    """
    before, after = change.old(_ALL_TAGS), change.new(_ALL_TAGS)
    passed_over: tuple[str, ...] = ()
    if isinstance(before, dict) and isinstance(after, dict):
        passed_over = ("tags", _ALL_TAGS)
        yield from (f"{_ALL_TAGS}.{key}" for key in {*before, *after} if before.get(key) != after.get(key))
    for name in change.changed:
        attribute = name.partition("[")[0]
        if attribute not in passed_over and (change.old(attribute) or change.new(attribute)):
            yield name


def _outputs(changes: PlannedChanges) -> Iterator[Difference]:
    if changes.outputs and not changes.changing:
        yield Difference(Cause.WAITING, "outputs", Action.UPDATE, changes.outputs)


def _rights_beside(state: Mapping[str, Any]) -> Iterator[Difference]:
    """Policies of the stack's roles that none of its resources has put there: no plan would take them away."""
    resources = state.get("values", {}).get("root_module", {}).get("resources", [])
    attached = {(one["values"]["role"], one["values"]["policy_arn"]) for one in _of(resources, "_policy_attachment")}
    inline = {(one["values"]["role"], one["values"]["name"]) for one in _of(resources, "_policy")}
    for role in _of(resources, ""):
        values = role["values"]
        name = values["name"]
        about = [
            *(
                f"attached: {arn}"
                for arn in sorted(values.get("managed_policy_arns") or [])
                if (name, arn) not in attached
            ),
            *(
                f"inline policy: {policy['name']}"
                for policy in values.get("inline_policy") or []
                if policy.get("name") and (name, policy["name"]) not in inline
            ),
        ]
        if about:
            yield Difference(Cause.BESIDE, role["address"], None, tuple(about))


def _of(resources: list[Mapping[str, Any]], rest: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in resources if one["type"] == f"aws_iam_role{rest}" and one.get("mode") == "managed")
