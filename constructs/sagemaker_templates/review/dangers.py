"""What in a plan deserves a second look: loss of data, wider rights, exposure to the public."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sagemaker_templates.review.plan_changes import Change
from sagemaker_templates.review.policy_widening import statements, widened

Kind = Literal["data loss", "public", "wider rights"]

HOLDS_DATA = {
    "aws_cloudwatch_log_group": "logs",
    "aws_codecommit_repository": "a repository",
    "aws_dynamodb_table": "a table",
    "aws_ecr_repository": "images",
    "aws_efs_file_system": "files",
    "aws_kms_key": "a key, without which nothing that it encrypted can be read",
    "aws_s3_bucket": "objects",
    "aws_sagemaker_model_package_group": "registered models",
    "aws_secretsmanager_secret": "a secret",
    "github_repository": "a repository",
}
"""Resource type → what is lost with it."""

_POLICIES = ("policy", "assume_role_policy", "access_policy", "resource_policy")
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_ANYWHERE = {"0.0.0.0/0", "::/0"}


@dataclass(frozen=True)
class Danger:
    """One thing to look at before approving."""

    kind: Kind
    address: str
    text: str


def dangers(changes: Sequence[Change]) -> list[Danger]:
    """The dangers of a plan: loss of data first, then exposure, then rights."""
    return [
        *(danger for change in changes for danger in _data_loss(change)),
        *(danger for change in changes for danger in _public(change)),
        *(danger for change in changes for danger in _wider(change)),
    ]


def _data_loss(change: Change) -> Iterator[Danger]:
    if change.action in ("destroy", "replace") and change.type in HOLDS_DATA:
        done = "destroyed" if change.action == "destroy" else "destroyed and created anew"
        yield Danger("data loss", change.address, f"{done}; it holds {HOLDS_DATA[change.type]}")


def _public(change: Change) -> Iterator[Danger]:
    for text in (*_open_bucket(change), *_open_policies(change), *_open_network(change), *_open_function(change)):
        yield Danger("public", change.address, text)


def _open_bucket(change: Change) -> Iterator[str]:
    if change.type != "aws_s3_bucket_public_access_block":
        return
    if change.action == "destroy":
        yield "the bucket's public access is blocked no more"
        return
    off = [name for name in _BLOCKS if change.after.get(name) is False and change.before.get(name) is not False]
    if off:
        yield f"off: {', '.join(off)}"


def _open_policies(change: Change) -> Iterator[str]:
    for name in _POLICIES:
        old = [statement for statement in statements(change.before.get(name)) if _is_for_everybody(statement)]
        for statement in statements(change.after.get(name)):
            if _is_for_everybody(statement) and statement not in old:
                under = "under conditions" if statement.get("Condition") else "without a condition"
                yield f"{name} allows everybody {_short(statement.get('Action'))}, {under}"


def _is_for_everybody(statement: Any) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return statement.get("Effect") == "Allow" and "*" in (named if isinstance(named, list) else [named])


def _short(actions: object) -> str:
    return ", ".join(map(str, actions)) if isinstance(actions, list) else str(actions)


def _open_network(change: Change) -> Iterator[str]:
    if _ranges(change.after, change.type) & _ANYWHERE - _ranges(change.before, change.type):
        yield "lets in traffic from any address"


def _ranges(attributes: Any, kind: str) -> set[str]:
    """The addresses that a resource lets in."""
    match kind:
        case "aws_security_group":
            rules = attributes.get("ingress") or []
        case "aws_security_group_rule" if attributes.get("type") == "ingress":
            rules = [attributes]
        case "aws_vpc_security_group_ingress_rule":
            return {str(attributes.get("cidr_ipv4")), str(attributes.get("cidr_ipv6"))}
        case _:
            rules = []
    blocks = ("cidr_blocks", "ipv6_cidr_blocks")
    return {address for rule in rules for block in blocks for address in rule.get(block) or []}


def _open_function(change: Change) -> Iterator[str]:
    if change.type == "aws_lambda_function_url" and change.after.get("authorization_type") == "NONE":
        yield "anybody may call the function's address"
    if change.type == "aws_lambda_permission" and change.after.get("principal") == "*":
        yield "anybody may call the function"


def _wider(change: Change) -> Iterator[Danger]:
    if change.action not in ("update", "replace"):
        return
    for name in _POLICIES:
        if name in change.unknown:
            yield Danger("wider rights", change.address, f"{name} is known only after the apply: compare it there")
            continue
        for text in widened(change.before.get(name), change.after.get(name)):
            yield Danger("wider rights", change.address, f"{name}, {text}")
