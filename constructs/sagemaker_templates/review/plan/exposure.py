"""Which changes of a plan open something to everybody."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange, Unreadable
from sagemaker_templates.review.plan.danger import Danger, Kind
from sagemaker_templates.review.plan.policies import PolicyChange, policy_changes
from sagemaker_templates.review.plan.policy_comparison import covers
from sagemaker_templates.review.plan.policy_document import Grant

_ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})

_SETTINGS: Mapping[str, tuple[str, frozenset[str], str]] = {
    "aws_codebuild_project": (
        "project_visibility",
        frozenset({"PUBLIC_READ"}),
        "anybody may read its builds, logs and artifacts",
    ),
    "aws_lambda_function_url": (
        "authorization_type",
        frozenset({"NONE"}),
        "anybody who knows the address may call the function",
    ),
    "aws_lambda_permission": ("principal", frozenset({"*"}), "anybody may call the function"),
    "aws_s3_bucket": ("acl", _ACLS, "the access list lets in everybody"),
    "aws_s3_bucket_acl": ("acl", _ACLS, "the access list lets in everybody"),
    "github_repository": ("visibility", frozenset({"public"}), "anybody may read the repository"),
}
"""Resource type → the attribute that opens it, the values that do, and what that means."""

_WATCHED: Mapping[str, tuple[str, ...]] = {
    "aws_default_security_group": ("ingress",),
    "aws_s3_account_public_access_block": _BLOCKS,
    "aws_s3_bucket_public_access_block": _BLOCKS,
    "aws_security_group": ("ingress",),
    "aws_security_group_rule": ("type", "cidr_blocks", "ipv6_cidr_blocks"),
    "aws_vpc_security_group_ingress_rule": ("cidr_ipv4", "cidr_ipv6"),
}
"""Resource type → the other attributes that decide whether it is open."""


def exposure_dangers(changes: PlannedChanges) -> Iterator[Danger]:
    """What is open to the public after the plan and was not before."""
    for policy in policy_changes(changes):
        for text in _public_grants(policy):
            yield Danger(Kind.EXPOSURE, policy.change.address, text)
    for change in changes.changing:
        for text in _opened(change, changes):
            yield Danger(Kind.EXPOSURE, change.address, text)
        for text in _unjudged(change):
            yield Danger(Kind.UNKNOWN, change.address, text)


def _public_grants(policy: PolicyChange) -> Iterator[str]:
    if policy.after is None:
        return
    old = [grant for grant in (policy.before.allows if policy.before else ()) if grant.is_public]
    new = [grant for grant in policy.after.allows if grant.is_public]
    opened = [grant for grant in new if not any(covers(before, grant) for before in old)]
    if opened:
        actions = ", ".join(sorted({str(grant.action) for grant in opened}))
        yield f"anybody may {actions}{_unless(opened)}"


def _unless(grants: list[Grant]) -> str:
    conditions = sorted({str(condition) for grant in grants for condition in grant.conditions})
    return f", if {', and '.join(conditions)}, which does not say who" if conditions else ""


def _opened(change: ResourceChange, changes: PlannedChanges) -> Iterator[str]:
    if change.type in _SETTINGS:
        name, public, text = _SETTINGS[change.type]
        if _becomes(change, name, public):
            yield text
    match change.type:
        case "aws_s3_bucket_public_access_block" | "aws_s3_account_public_access_block":
            yield from _unblocked(change, changes)
        case "aws_security_group" | "aws_default_security_group":
            yield from _rules_inside(change)
        case "aws_security_group_rule" | "aws_vpc_security_group_ingress_rule":
            if change.new("type") != "egress":
                yield from _from_anywhere(_sources(change, "old"), _sources(change, "new"), _ports(change))


def _unjudged(change: ResourceChange) -> Iterator[str]:
    """What decides whether something is open, and cannot be read."""
    watched = _WATCHED.get(change.type, ())
    if change.type in _SETTINGS:
        watched = (_SETTINGS[change.type][0],)
    for name in watched:
        value = change.new(name) if change.is_there_after else None
        if value is Unreadable.UNKNOWN and (name not in change.expressions or change.partly_known(name) is not None):
            continue
        if isinstance(value, Unreadable):
            yield f"{name} is {value.value}"


def _becomes(change: ResourceChange, name: str, public: frozenset[str]) -> bool:
    if not change.is_there_after:
        return False
    before = change.old(name) if change.is_there_before else None
    return _in(change.new(name), public) and not _in(before, public)


def _in(value: Any, values: frozenset[str]) -> bool:
    return isinstance(value, str) and value in values


def _unblocked(change: ResourceChange, changes: PlannedChanges) -> Iterator[str]:
    if not change.is_there_after:
        if not _bucket_goes_too(change, changes):
            yield "nothing blocks public access any more"
        return
    loosened = [name for name in _BLOCKS if change.new(name) is False and _was_on(change, name)]
    if loosened:
        yield f"no longer set: {', '.join(loosened)}"


def _was_on(change: ResourceChange, name: str) -> bool:
    """A new block that blocks nothing is as bad as one that was loosened: S3 sets all four on new buckets."""
    return change.old(name) is not False if change.is_there_before else True


def _bucket_goes_too(change: ResourceChange, changes: PlannedChanges) -> bool:
    bucket = change.old("bucket")
    going = [other for other in changes.of(Action.DESTROY) if other.type == "aws_s3_bucket"]
    return any(bucket in (other.old("bucket"), other.old("id")) for other in going)


def _rules_inside(change: ResourceChange) -> Iterator[str]:
    """The rules inside a security group, each with its sources and ports."""
    if not change.is_there_after:
        return
    before = _blocks(change.old("ingress"))
    for rule in _blocks(change.partly_known("ingress")):
        same = [old for old in before if _port_text(old) == _port_text(rule)]
        old_sources = {source for old in same for source in _rule_sources(old)}
        yield from _from_anywhere(old_sources, _rule_sources(rule), _port_text(rule))


def _blocks(value: Any) -> list[dict[str, Any]]:
    return [block for block in value if block] if isinstance(value, list) else []


def _rule_sources(rule: dict[str, Any]) -> set[str]:
    return {*(rule.get("cidr_blocks") or []), *(rule.get("ipv6_cidr_blocks") or [])}


def _sources(change: ResourceChange, side: str) -> set[str]:
    """The address ranges of a rule that is a resource of its own; there is none where the rule is not."""
    if not (change.is_there_before if side == "old" else change.is_there_after):
        return set()
    read = change.old if side == "old" else change.new
    single = {value for value in (read("cidr_ipv4"), read("cidr_ipv6")) if isinstance(value, str)}
    many = [value for name in ("cidr_blocks", "ipv6_cidr_blocks") if isinstance(value := read(name), list)]
    return single | {source for value in many for source in value if isinstance(source, str)}


def _ports(change: ResourceChange) -> str:
    names = ("from_port", "to_port", "protocol", "ip_protocol")
    values = {name: change.new(name) for name in names}
    return _port_text({name: None if isinstance(value, Unreadable) else value for name, value in values.items()})


def _port_text(rule: dict[str, Any]) -> str:
    protocol = rule.get("ip_protocol") or rule.get("protocol")
    if protocol in ("-1", "all", None):
        return "every port"
    first, last = rule.get("from_port"), rule.get("to_port")
    return f"{protocol} port {first}" if first == last else f"{protocol} ports {first} to {last}"


def _from_anywhere(before: set[str], after: set[str], ports: str) -> Iterator[str]:
    new = sorted((after & _ANYWHERE) - before)
    if new:
        yield f"{ports} can be reached from {' and '.join(new)}"
