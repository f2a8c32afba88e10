"""What a policy, an attachment or a permission is for, and whether that comes or goes in the same plan."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sagemaker_templates.review.plan.changes import PlannedChanges, ResourceChange, Unreadable

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


class NewThings:
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


class BareRoles:
    """Roles of a stack that exist and may do nothing, as AWS says: an apply ended before they got their rights."""

    def __init__(self, changes: PlannedChanges) -> None:
        self._names = {
            name
            for change in changes.resources
            if change.type == "aws_iam_role" and change.is_there_before and _has_no_rights(change)
            for name in _named(change.old)
        }

    def get(self, change: ResourceChange) -> bool:
        """Whether the change gives one of them its first rights."""
        gives = change.type in ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
        return gives and not change.is_there_before and change.new("role") in self._names


def _has_no_rights(role: ResourceChange) -> bool:
    """Terraform reads both back from AWS, whoever put them there."""
    return all(role.old(name) == [] for name in ("inline_policy", "managed_policy_arns"))


def _named(read: Callable[[str], Any]) -> Iterator[str]:
    """The names that a resource goes by."""
    yield from (value for value in map(read, _NAMES) if isinstance(value, str))


def goes_with_its_host(change: ResourceChange, changes: PlannedChanges) -> bool:
    """Whether a policy is destroyed together with what it is for: its denials protect nothing any more."""
    if change.is_there_after:
        return False
    hosts = [host for host in _HOSTS if change.old(host) is not None and change.type not in _HOSTS[host]]
    if not change.type.endswith("_policy") or not hosts:
        return True  # it is itself what the policy was for
    gone = [other for other in changes.changing if not other.is_there_after]
    return any(
        change.old(host) in set(_named(other.old)) for host in hosts for other in gone if other.type in _HOSTS[host]
    )
