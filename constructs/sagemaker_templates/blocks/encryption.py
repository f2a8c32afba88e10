"""Customer-managed KMS keys and what is encrypted with them."""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.iam import KEY_POLICY, Condition, Statement, policy_document
from sagemaker_templates.blocks.protection import lifecycle
from sagemaker_templates.naming import dns_name
from sagemaker_templates.providers import aws

KEY_ITSELF = "in a key policy '*' is the key that the policy belongs to; its ARN does not exist yet"

_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What reading and writing of encrypted data takes."""

READ_OBJECTS = ("kms:Decrypt",)
STORE_OBJECTS = ("kms:GenerateDataKey",)
USE_OBJECTS = (*READ_OBJECTS, *STORE_OBJECTS)
"""What S3 asks of whoever reads encrypted objects, stores them whole, or does both and stores them in parts
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html)."""


def encryption_key(
    scope: Any,
    id_: str,
    *,
    alias: str,
    description: str,
    account_root: str,
    statements: Sequence[Statement] = (),
    protect: bool,
) -> Any:
    """Add a KMS key that rotates every year, with an alias.

    The account may administer the key and may give its use away through IAM policies
    (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html), action by action.

    Args:
        alias: starts with ``alias/``.
        account_root: ARN of the account's root principal.
        statements: who else may use the key.
        protect: refuse to destroy it.

    Returns:
        The ``aws_kms_key``.
    """
    key = aws.kms_key.KmsKey(
        scope,
        id_,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=policy_document(
            scope, f"{id_}_policy", [*_account_statements(account_root), *statements], most=KEY_POLICY
        ),
        lifecycle=lifecycle(scope, "aws_kms_key", id_, protect=protect),
    )
    aws.kms_alias.KmsAlias(scope, f"{id_}_alias", name=alias, target_key_id=key.key_id)
    return key


def _account_statements(account_root: str) -> list[Statement]:
    account = {"AWS": [account_root]}
    return [
        Statement("Administration", _ADMINISTRATION, ["*"], principals=account, reason=KEY_ITSELF),
        Statement(
            "UseThroughIamPolicies",
            (*USE, "kms:CreateGrant"),
            ["*"],
            principals=account,
            reason=KEY_ITSELF,
        ),
    ]


def logs_may_encrypt(*, region: str, log_group_arn: str, sid: str = "EncryptLogs") -> Statement:
    """Let CloudWatch Logs of a region encrypt exactly one log group.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return Statement(
        sid,
        USE,
        ["*"],
        principals={"Service": [dns_name("logs", region)]},
        conditions=[Condition("ArnEquals", "kms:EncryptionContext:aws:logs:arn", [log_group_arn])],
        reason=KEY_ITSELF,
    )


def log_group(scope: Any, id_: str, *, name: str, retention_days: int, key: Any) -> Any:
    """Add a log group that forgets after ``retention_days`` and is encrypted with ``key``."""
    return aws.cloudwatch_log_group.CloudwatchLogGroup(
        scope, id_, name=name, retention_in_days=retention_days, kms_key_id=key.arn
    )
