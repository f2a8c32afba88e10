"""Buckets: encrypted with their own key, versioned, private, TLS only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.iam import RESOURCE_POLICY, Condition, Statement, policy_document
from sagemaker_templates.blocks.protection import lifecycle
from sagemaker_templates.providers import aws

ABORT_UPLOADS_AFTER_DAYS = 7
FORGET_OLD_VERSIONS_AFTER_DAYS = 90


@dataclass(frozen=True)
class BucketOptions:
    """How one bucket differs from another.

    Attributes:
        protect: refuse to destroy it; its objects are never emptied by Terraform.
        expire_after_days: delete objects after so many days; None keeps them.
        expire_below: how the keys of those objects begin; empty is all of them.
        access_logs_bucket: name of the bucket that receives access logs; None writes none.
    """

    protect: bool
    expire_after_days: int | None = None
    expire_below: str = ""
    access_logs_bucket: str | None = None


def encrypted_bucket(
    scope: Any,
    id_: str,
    *,
    name: str,
    arn: str,
    key: Any,
    options: BucketOptions,
    statements: Sequence[Statement] = (),
) -> Any:
    """Add a bucket with everything that makes it safe.

    Args:
        arn: of the bucket, computed from its name.
        key: the ``aws_kms_key`` that encrypts it.
        statements: who else may use it; TLS is required of everybody.

    Returns:
        The bucket's policy: depend on it to find the bucket ready.
    """
    bucket = aws.s3_bucket.S3Bucket(
        scope,
        id_,
        bucket=name,
        force_destroy=not options.protect,
        lifecycle=lifecycle(scope, "aws_s3_bucket", id_, protect=options.protect),
    )
    _encrypt(scope, id_, bucket, key)
    _version(scope, id_, bucket)
    private = _make_private(scope, id_, bucket)
    _forget(scope, id_, bucket, options)
    if options.access_logs_bucket:
        aws.s3_bucket_logging.S3BucketLoggingA(
            scope,
            f"{id_}_access_logs",
            bucket=bucket.id,
            target_bucket=options.access_logs_bucket,
            target_prefix=f"{name}/",
        )
    return aws.s3_bucket_policy.S3BucketPolicy(
        scope,
        f"{id_}_policy",
        bucket=bucket.id,
        policy=policy_document(scope, f"{id_}_access", [_tls_only(arn), *statements], most=RESOURCE_POLICY),
        depends_on=[private],
    )


def _tls_only(arn: str) -> Statement:
    return Statement(
        "TlsOnly",
        ["s3:*"],
        [arn, f"{arn}/*"],
        effect="Deny",
        principals={"*": ["*"]},
        conditions=[Condition("Bool", "aws:SecureTransport", ["false"])],
    )


def _encrypt(scope: Any, id_: str, bucket: Any, key: Any) -> None:
    bindings = aws.s3_bucket_server_side_encryption_configuration
    default = bindings.S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="aws:kms", kms_master_key_id=key.arn
    )
    bindings.S3BucketServerSideEncryptionConfigurationA(
        scope,
        f"{id_}_encryption",
        bucket=bucket.id,
        rule=[
            bindings.S3BucketServerSideEncryptionConfigurationRuleA(
                bucket_key_enabled=True, apply_server_side_encryption_by_default=default
            )
        ],
    )


def _version(scope: Any, id_: str, bucket: Any) -> None:
    bindings = aws.s3_bucket_versioning
    bindings.S3BucketVersioningA(
        scope,
        f"{id_}_versioning",
        bucket=bucket.id,
        versioning_configuration=bindings.S3BucketVersioningVersioningConfiguration(status="Enabled"),
    )


def _make_private(scope: Any, id_: str, bucket: Any) -> Any:
    ownership = aws.s3_bucket_ownership_controls
    ownership.S3BucketOwnershipControls(
        scope,
        f"{id_}_ownership",
        bucket=bucket.id,
        rule=ownership.S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
    )
    return aws.s3_bucket_public_access_block.S3BucketPublicAccessBlock(
        scope,
        f"{id_}_public_access",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )


def _forget(scope: Any, id_: str, bucket: Any, options: BucketOptions) -> None:
    bindings = aws.s3_bucket_lifecycle_configuration
    days = options.expire_after_days
    expiration = [bindings.S3BucketLifecycleConfigurationRuleExpiration(days=days)] if days else None
    some = [_expire_some(options.expire_below, expiration)] if options.expire_below else []
    bindings.S3BucketLifecycleConfiguration(
        scope,
        f"{id_}_lifecycle",
        bucket=bucket.id,
        rule=[
            bindings.S3BucketLifecycleConfigurationRule(
                id="forget",
                status="Enabled",
                filter=[bindings.S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                abort_incomplete_multipart_upload=[
                    bindings.S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                        days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
                    )
                ],
                noncurrent_version_expiration=[
                    bindings.S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                        noncurrent_days=FORGET_OLD_VERSIONS_AFTER_DAYS
                    )
                ],
                expiration=None if some else expiration,
            ),
            *some,
        ],
    )


def _expire_some(prefix: str, expiration: Any) -> Any:
    bindings = aws.s3_bucket_lifecycle_configuration
    return bindings.S3BucketLifecycleConfigurationRule(
        id="expire",
        status="Enabled",
        filter=[bindings.S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        expiration=expiration,
    )
