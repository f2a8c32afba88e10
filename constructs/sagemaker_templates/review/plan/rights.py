"""What a plan adds to anybody's rights: policies that allow more, more trust, attached policies, lifted limits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.review.plan.changes import PlannedChanges, ResourceChange, Unreadable
from sagemaker_templates.review.plan.danger import Danger, Kind
from sagemaker_templates.review.plan.policies import NOT_KNOWN, PolicyChange, policy_changes
from sagemaker_templates.review.plan.policy_document import (
    EVERYTHING,
    Grant,
    PolicyDocument,
    Scope,
    gained,
    no_longer_denied,
    scope_covers,
    unmet,
)

_ATTACHMENTS = frozenset(
    {
        "aws_iam_group_policy_attachment",
        "aws_iam_policy_attachment",
        "aws_iam_role_policy_attachment",
        "aws_iam_user_policy_attachment",
    }
)
_HOSTS: Mapping[str, tuple[str, ...]] = {
    "role": ("aws_iam_role",),
    "roles": ("aws_iam_role",),
    "user": ("aws_iam_user",),
    "users": ("aws_iam_user",),
    "group": ("aws_iam_group",),
    "groups": ("aws_iam_group",),
    "bucket": ("aws_s3_bucket",),
    "repository": ("aws_ecr_repository",),
    "function_name": ("aws_lambda_function",),
    "model_package_group_name": ("aws_sagemaker_model_package_group",),
    "queue_url": ("aws_sqs_queue",),
    "arn": ("aws_sns_topic", "aws_sagemaker_model_package_group"),
    "key_id": ("aws_kms_key",),
    "secret_arn": ("aws_secretsmanager_secret",),
}
"""Attribute that says what a policy, an attachment or a permission is for → the types of what it names."""

_NAMES = ("name", "bucket", "function_name", "model_package_group_name", "id", "arn", "key_id", "url")
_LISTED = 12
_EVERY_RESOURCE = "every resource"


@dataclass(frozen=True)
class NewRights:
    """What a role or a resource may do, or lets others do, that the same plan creates."""

    address: str
    text: str


def right_dangers(changes: PlannedChanges) -> Iterator[Danger]:
    """What widens the rights on, or of, something that exists already."""
    hosts = _New(changes)
    for policy in policy_changes(changes):
        if hosts.hold(policy.change) or _goes_with_its_host(policy, changes):
            continue
        for kind, text in _widened(policy):
            yield Danger(kind, policy.change.address, text)
    for change in changes.changing:
        for text in (*_attached(change, hosts), *_limits_lifted(change)):
            yield Danger(Kind.RIGHTS, change.address, text)


def new_rights(changes: PlannedChanges) -> Iterator[NewRights]:
    """The rights of what the plan creates, in a line each."""
    hosts = _New(changes)
    for policy in policy_changes(changes):
        if hosts.hold(policy.change):
            yield NewRights(policy.change.address, _in_short(policy))
    for change in changes.changing:
        if change.type in _ATTACHMENTS and change.is_there_after and hosts.hold(change):
            yield NewRights(change.address, f"has {_shown(change.new('policy_arn'))} attached")


class _New:
    """What a plan creates, and what is for it."""

    def __init__(self, changes: PlannedChanges) -> None:
        self._created = [change for change in changes.changing if not change.is_there_before]

    def hold(self, change: ResourceChange) -> bool:
        """Whether the change creates a policy of something that is created with it."""
        if change.is_there_before:
            return False
        # Without any it is itself what has the policy, such as a role or a key.
        return all(self._is_new(change, host) for host in _HOSTS if host in change.expressions)

    def _is_new(self, change: ResourceChange, host: str) -> bool:
        hosts = [created for created in self._created if created.type in _HOSTS[host]]
        if change in hosts:
            return True
        value = change.new(host)
        if value is Unreadable.UNKNOWN:
            expression = change.expressions[host]
            references = expression.get("references", []) if isinstance(expression, dict) else []
            return any(created.address in references for created in hosts)
        names = {name for created in hosts for name in _named(created.new)}
        return all(one in names for one in (value if isinstance(value, list) else [value]))


def _named(read: Callable[[str], Any]) -> Iterator[str]:
    """The names that a resource goes by."""
    yield from (value for value in map(read, _NAMES) if isinstance(value, str))


def _goes_with_its_host(policy: PolicyChange, changes: PlannedChanges) -> bool:
    """A policy that is destroyed together with what it is for: the denials in it protect nothing any more."""
    change = policy.change
    if change.is_there_after:
        return False
    hosts = [host for host in _HOSTS if change.old(host) is not None and change.type not in _HOSTS[host]]
    if not change.type.endswith("_policy") or not hosts:
        return True  # it is itself what the policy was for
    gone = [other for other in changes.changing if not other.is_there_after]
    return any(
        change.old(host) in set(_named(other.old)) for host in hosts for other in gone if other.type in _HOSTS[host]
    )


def _widened(policy: PolicyChange) -> Iterator[tuple[Kind, str]]:
    if policy.before is None or policy.after is None:
        reason = policy.unreadable.value if policy.unreadable else "cannot be read"
        yield Kind.UNKNOWN, f"{policy.attribute} changes and is {reason}"
        return
    known, unknown = _by_knowledge(gained(policy.before, policy.after))
    for text in _sentences(policy.before, known):
        yield Kind.RIGHTS, text
    for text in _sentences(policy.before, unknown):
        yield Kind.UNKNOWN, text
    for grants in _grouped(no_longer_denied(policy.before, policy.after)).values():
        yield Kind.RIGHTS, f"no longer denied: {_what(grants)}"


def _by_knowledge(grants: Iterable[Grant]) -> tuple[list[Grant], list[Grant]]:
    known: list[Grant] = []
    unknown: list[Grant] = []
    for grant in grants:
        (unknown if _is_partly_unknown(grant) else known).append(grant)
    return known, unknown


def _is_partly_unknown(grant: Grant) -> bool:
    values = {value for condition in grant.conditions for value in condition.values}
    patterns = grant.principal.patterns | grant.action.patterns | grant.resource.patterns | values
    return any(NOT_KNOWN in pattern for pattern in patterns)


def _sentences(before: PolicyDocument, grants: list[Grant]) -> Iterator[str]:
    """The grants in as few sentences as tell them apart."""
    by_reason: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_reason[_reason(before, grant)].append(grant)
    for reason, together in by_reason.items():
        for same in _grouped(together).values():
            yield f"{reason}: {_what(same)}"


def _reason(before: PolicyDocument, grant: Grant) -> str:
    """What of a grant is new: its principal, a condition less, its resource, else its action."""
    same = [old for old in before.allows if scope_covers(old.action, grant.action, ignore_case=True)]
    same_principal = [old for old in same if scope_covers(old.principal, grant.principal)]
    if same and not same_principal:
        return "new principal"
    same_resource = [old for old in same_principal if scope_covers(old.resource, grant.resource)]
    if same_resource:
        missing = min((unmet(old, grant) for old in same_resource), key=len)
        return f"condition removed or loosened ({'; '.join(map(str, missing))})"
    return "new resource" if same_principal else "new action"


def _grouped(grants: Iterable[Grant]) -> dict[tuple[str, frozenset[Any]], list[Grant]]:
    """Grants that differ in action and resource alone, together."""
    groups: dict[tuple[str, frozenset[Any]], list[Grant]] = defaultdict(list)
    for grant in grants:
        groups[(str(grant.principal), grant.conditions)].append(grant)
    return groups


def _what(grants: list[Grant]) -> str:
    actions = _listed({str(grant.action) for grant in grants})
    resources = _listed({_where(grant) for grant in grants} - {""})
    principal, conditions = _who(grants[0].principal), sorted(map(str, grants[0].conditions))
    by = f" by {principal}" if principal else ""
    on = f" on {resources}" if resources else ""
    when = f" if {' and '.join(conditions)}" if conditions else ""
    return f"{actions}{on}{by}{when}"


def _where(grant: Grant) -> str:
    """The resource; ``*`` in the policy of a resource, such as a key, is that resource."""
    if grant.resource.inverted or grant.resource.patterns != {EVERYTHING}:
        return str(grant.resource)
    return "" if _who(grant.principal) else _EVERY_RESOURCE


def _who(principal: Scope) -> str:
    """The principal for a reader; nothing where it is the one that the policy belongs to."""
    names = ", ".join(sorted(_name(pattern) for pattern in principal.patterns))
    return f"everybody but {names}" if principal.inverted else names


def _name(principal: str) -> str:
    kind, _, text = principal.partition(":")
    if principal == EVERYTHING:
        return "anybody"
    return f"account {text}" if kind == "AWS" and text.isdigit() else text


def _listed(texts: set[str]) -> str:
    ordered = sorted(texts)
    more = f" and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
    return ", ".join(ordered[:_LISTED]) + more


def _in_short(policy: PolicyChange) -> str:
    if policy.after is None:
        return policy.unreadable.value if policy.unreadable else "cannot be read"
    allows = policy.after.allows
    principals = {_who(grant.principal) for grant in allows} - {""}
    if not allows:
        return "allows nothing"
    if policy.is_trust:
        return f"can be assumed by {_listed(principals)}"
    everywhere = {str(grant.action) for grant in allows if _where(grant) == _EVERY_RESOURCE}
    on_all = f"; on every resource: {_listed(everywhere)}" if everywhere else ""
    to = f" to {_listed(principals)}" if principals else ""
    return f"allows {_count(len({str(grant.action) for grant in allows}), 'action')}{to}{on_all}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _attached(change: ResourceChange, hosts: _New) -> Iterator[str]:
    if change.type in _ATTACHMENTS and change.is_there_after and not hosts.hold(change):
        new = change.new("policy_arn")
        if not change.is_there_before or change.old("policy_arn") != new:
            yield f"attaches {_shown(new)}"
        elif "role" in change.changed or "roles" in change.changed:
            yield f"attaches {_shown(new)} to somebody else"
    if change.type in ("aws_iam_role", "aws_iam_user", "aws_iam_group") and change.is_there_before:
        for arn in sorted(_names(change.new("managed_policy_arns")) - _names(change.old("managed_policy_arns"))):
            yield f"attaches {arn}"
    if change.type == "aws_kms_grant" and not change.is_there_before and not hosts.hold(change):
        yield f"lets another principal use the key: {_shown(change.new('operations'))}"
    if change.type == "aws_lambda_permission" and not change.is_there_before and not hosts.hold(change):
        yield f"lets {_shown(change.new('principal'))} call the function"


def _names(value: Any) -> set[str]:
    return {name for name in value if isinstance(name, str)} if isinstance(value, list) else set()


def _limits_lifted(change: ResourceChange) -> Iterator[str]:
    if change.type not in ("aws_iam_role", "aws_iam_user") or not (change.is_there_before and change.is_there_after):
        return
    old, new = change.old("permissions_boundary"), change.new("permissions_boundary")
    if old and old != new:
        yield f"the permissions boundary {_shown(old)} becomes {_shown(new) if new else 'none'}"


def _shown(value: Any) -> str:
    if isinstance(value, Unreadable):
        return f"something {value.value}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
