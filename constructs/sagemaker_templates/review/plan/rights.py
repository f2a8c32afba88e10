"""What a plan adds to anybody's rights: policies that allow more, more trust, attached policies, lifted limits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.review.plan.asked import Coming
from sagemaker_templates.review.plan.changes import PlannedChanges, ResourceChange, Unreadable
from sagemaker_templates.review.plan.danger import Danger, Kind
from sagemaker_templates.review.plan.grants_in_words import grouped, in_short, what
from sagemaker_templates.review.plan.hosts import BareRoles, NewThings, goes_with_its_host
from sagemaker_templates.review.plan.policies import NOT_KNOWN, PolicyChange, policy_changes
from sagemaker_templates.review.plan.policy_comparison import gained, no_longer_denied, scope_covers, unmet
from sagemaker_templates.review.plan.policy_document import Grant, PolicyDocument

_ATTACHMENTS = frozenset(
    {
        "aws_iam_group_policy_attachment",
        "aws_iam_policy_attachment",
        "aws_iam_role_policy_attachment",
        "aws_iam_user_policy_attachment",
    }
)


_NEW_RESOURCE = "new resource"


@dataclass(frozen=True)
class NewRights:
    """What a role or a resource may do, or lets others do, that the same plan creates."""

    address: str
    text: str


def right_dangers(changes: PlannedChanges, coming: Coming | None = None) -> Iterator[Danger]:
    """What widens the rights on, or of, something that exists already.

    Args:
        coming: what the same review creates; rights on that are ``asked_rights``.
    """
    new, bare = NewThings(changes), BareRoles(changes)
    for policy in policy_changes(changes):
        if new.hold(policy.change) or bare.get(policy.change) or goes_with_its_host(policy.change, changes):
            continue
        for kind, text in _widened(policy, coming or Coming()):
            yield Danger(kind, policy.change.address, text)
    for change in changes.changing:
        attached = () if bare.get(change) else _attached(change, new)
        for text in (*attached, *_limits_lifted(change)):
            yield Danger(Kind.RIGHTS, change.address, text)


def asked_rights(changes: PlannedChanges, coming: Coming) -> Iterator[NewRights]:
    """Rights that somebody who exists gets on what the same review creates, having had them on other such things."""
    new = NewThings(changes)
    for policy in policy_changes(changes):
        if policy.before is None or policy.after is None or new.hold(policy.change):
            continue
        by_stack: dict[str, list[Grant]] = defaultdict(list)
        for grant in gained(policy.before, policy.after):
            if stack := _asked_by(policy.before, grant, coming):
                by_stack[stack].append(grant)
        for stack, grants in by_stack.items():
            for same in grouped(grants).values():
                yield NewRights(policy.change.address, f"{what(same)}, which {stack} creates")


def _asked_by(before: PolicyDocument, grant: Grant, coming: Coming) -> str | None:
    return coming.maker(grant.resource) if _reason(before, grant) == _NEW_RESOURCE else None


def new_rights(changes: PlannedChanges) -> Iterator[NewRights]:
    """The rights of what the plan creates: a line for each of those who get them, with their conditions."""
    new, bare = NewThings(changes), BareRoles(changes)
    for policy in policy_changes(changes):
        if new.hold(policy.change) or bare.get(policy.change):
            yield from (NewRights(policy.change.address, text) for text in _in_short(policy))
    for change in changes.changing:
        if change.type in _ATTACHMENTS and change.is_there_after and (new.hold(change) or bare.get(change)):
            yield NewRights(change.address, f"has {_shown(change.new('policy_arn'))} attached")


def _widened(policy: PolicyChange, coming: Coming) -> Iterator[tuple[Kind, str]]:
    if policy.before is None or policy.after is None:
        reason = policy.unreadable.value if policy.unreadable else "cannot be read"
        yield Kind.UNKNOWN, f"{policy.attribute} changes and is {reason}"
        return
    before = policy.before
    not_asked = [each for each in gained(before, policy.after) if not _asked_by(before, each, coming)]
    known, unknown = _by_knowledge(not_asked)
    for text in _sentences(policy.before, known):
        yield Kind.RIGHTS, text
    for text in _sentences(policy.before, unknown):
        yield Kind.UNKNOWN, text
    # A denial that is not known yet may be the old one.
    kind = Kind.UNKNOWN if any(map(_is_partly_unknown, policy.after.denies)) else Kind.RIGHTS
    for grants in grouped(no_longer_denied(policy.before, policy.after)).values():
        yield kind, f"no longer denied: {what(grants)}"


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
        for same in grouped(together).values():
            yield f"{reason}: {what(same)}"


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
    return _NEW_RESOURCE if same_principal else "new action"


def _in_short(policy: PolicyChange) -> list[str]:
    if policy.after is None:
        return [policy.unreadable.value if policy.unreadable else "cannot be read"]
    return list(in_short(policy.after, is_trust=policy.is_trust)) or ["allows nothing"]


def _attached(change: ResourceChange, created: NewThings) -> Iterator[str]:
    if change.type in _ATTACHMENTS and change.is_there_after and not created.hold(change):
        new = change.new("policy_arn")
        if not change.is_there_before or change.old("policy_arn") != new:
            yield f"attaches {_shown(new)}"
        elif "role" in change.changed or "roles" in change.changed:
            yield f"attaches {_shown(new)} to somebody else"
    if change.type in ("aws_iam_role", "aws_iam_user", "aws_iam_group") and change.is_there_before:
        for arn in sorted(_names(change.new("managed_policy_arns")) - _names(change.old("managed_policy_arns"))):
            yield f"attaches {arn}"
    if change.type == "aws_kms_grant" and not change.is_there_before and not created.hold(change):
        yield f"lets another principal use the key: {_shown(change.new('operations'))}"
    if change.type == "aws_lambda_permission" and not change.is_there_before and not created.hold(change):
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
