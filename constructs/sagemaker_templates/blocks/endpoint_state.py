"""The Terraform state of an endpoint: the repository applies it, this project's roles alone may reach it."""

from sagemaker_templates.blocks.iam import Condition, Statement
from sagemaker_templates.naming import TargetNames, arn, state_key
from sagemaker_templates.settings.model import S3State

_WORKSPACES = "env:/"
"""Terraform lists its workspaces here whenever it starts (https://developer.hashicorp.com/terraform/language/backend/s3)."""

_KEY_BY_ALIAS = (
    "the ARN of a key that is known by its alias is not known; the condition leaves the one with that alias"
)


def read_state(names: TargetNames, state: S3State) -> list[Statement]:
    """Read the endpoint's state and take its lock, which S3 keeps as an object beside it.

    Source: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
    """
    bucket = names.bucket_arn(state.bucket)
    key = state_key(state, names.endpoint_state)
    return [
        Statement(
            "FindState",
            ["s3:ListBucket"],
            [bucket],
            conditions=[Condition("StringEquals", "s3:prefix", [key, _WORKSPACES])],
        ),
        Statement("ReadState", ["s3:GetObject"], [f"{bucket}/{key}"]),
        Statement("LockState", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [f"{bucket}/{key}.tflock"]),
        *_use_state_key(names, state),
    ]


def write_state(names: TargetNames, state: S3State) -> Statement:
    """Write the endpoint's state."""
    key = state_key(state, names.endpoint_state)
    return Statement("WriteState", ["s3:PutObject"], [f"{names.bucket_arn(state.bucket)}/{key}"])


def _use_state_key(names: TargetNames, state: S3State) -> list[Statement]:
    """Encrypt and decrypt states; nothing where S3's own key does it, which needs no right."""
    if state.kms_key_id is None:
        return []
    key, alias = _key_and_alias(names, state.region, state.kms_key_id)
    return [
        Statement(
            "UseStateKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [key],
            conditions=[Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", [alias])] if alias else [],
            reason=_KEY_BY_ALIAS if alias else None,
        )
    ]


def _key_and_alias(names: TargetNames, region: str, key_id: str) -> tuple[str, str | None]:
    """The ARN of the key that an id, an ARN or an alias names; with an alias, of all keys, and the alias."""
    if key_id.startswith("arn:"):
        prefix, _, resource = key_id.rpartition(":")
        if resource.startswith("key/"):
            return key_id, None
        return f"{prefix}:key/*", resource
    account = names.target.account_id
    if key_id.startswith("alias/"):
        return arn("kms", "key/*", region=region, account_id=account), key_id
    return arn("kms", f"key/{key_id}", region=region, account_id=account), None
