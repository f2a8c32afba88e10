"""The two buckets of a project, each with its own key: what people and jobs keep, and what the pipeline passes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.encryption import KEY_ITSELF, READ_OBJECTS, encryption_key, logs_may_encrypt
from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.blocks.promotion import endpoints_of
from sagemaker_templates.blocks.storage import BucketOptions, encrypted_bucket
from sagemaker_templates.naming import ProjectNames

PASSED_ON_DAYS = 30


@dataclass(frozen=True)
class Storage:
    """A bucket's key, and the resource to depend on to find the bucket ready."""

    key: Any
    ready: Any


def artifact_storage(
    scope: Any,
    *,
    names: ProjectNames,
    account_root: str,
    readers: Sequence[str],
    access_logs_bucket: str | None,
    readable: str = "",
    key_statements: Sequence[Statement] = (),
) -> Storage:
    """Add the bucket of data, models and reports.

    Args:
        readers: root ARNs of the other accounts that deploy its models; their endpoints may read, and nothing else.
        readable: the prefix below which they may read objects, with its slash; empty is all of them.
        key_statements: who else may use the key.
    """
    protect = names.project.protects_data
    arn = names.bucket_arn(names.artifact_bucket)
    key = encryption_key(
        scope,
        "artifact_key",
        alias=names.artifact_key_alias,
        description=f"Data, models and reports of the SageMaker project {names.project.name}",
        account_root=account_root,
        statements=[*_decrypt(readers), *key_statements],
        protect=protect,
    )
    ready = encrypted_bucket(
        scope,
        "artifact_bucket",
        name=names.artifact_bucket,
        arn=arn,
        key=key,
        options=BucketOptions(protect=protect, access_logs_bucket=access_logs_bucket),
        statements=_read(arn, readers, readable),
    )
    return Storage(key, ready)


def pipeline_storage(
    scope: Any, *, names: ProjectNames, account_root: str, access_logs_bucket: str | None, passed_on: str = ""
) -> Storage:
    """Add the bucket in which the delivery pipeline passes sources on; nothing in it is anybody's only copy.

    Args:
        passed_on: how the keys of what is passed on begin, where something else lies in the bucket that must stay.
    """
    key = encryption_key(
        scope,
        "pipeline_key",
        alias=names.pipeline_key_alias,
        description=f"Delivery pipeline and build logs of the SageMaker project {names.project.name}",
        account_root=account_root,
        statements=[build_logs_may_encrypt(names)],
        protect=names.project.protects_data,
    )
    ready = encrypted_bucket(
        scope,
        "pipeline_bucket",
        name=names.pipeline_bucket,
        arn=names.bucket_arn(names.pipeline_bucket),
        key=key,
        options=BucketOptions(
            protect=False,
            expire_after_days=PASSED_ON_DAYS,
            expire_below=passed_on,
            access_logs_bucket=access_logs_bucket,
        ),
    )
    return Storage(key, ready)


def build_logs_may_encrypt(names: ProjectNames) -> Statement:
    """Let CloudWatch Logs encrypt the log group of the project's builds."""
    return logs_may_encrypt(
        region=names.project.environment.region,
        log_group_arn=names.arn("logs", f"log-group:{names.build_log_group}"),
    )


def _decrypt(readers: Sequence[str]) -> list[Statement]:
    if not readers:
        return []
    return [
        Statement(
            "DecryptToDeploy",
            READ_OBJECTS,
            ["*"],
            principals={"AWS": sorted(readers)},
            conditions=[endpoints_of(readers)],
            reason=KEY_ITSELF,
        )
    ]


def _read(arn: str, readers: Sequence[str], prefix: str) -> list[Statement]:
    if not readers:
        return []
    principals, conditions = {"AWS": sorted(readers)}, [endpoints_of(readers)]
    return [
        Statement(
            "ListToDeploy",
            ["s3:ListBucket"],
            [arn],
            principals=principals,
            conditions=conditions,
        ),
        Statement(
            "ReadToDeploy",
            ["s3:GetObject", "s3:GetObjectVersion"],
            [f"{arn}/{prefix}*"],
            principals=principals,
            conditions=conditions,
        ),
    ]
