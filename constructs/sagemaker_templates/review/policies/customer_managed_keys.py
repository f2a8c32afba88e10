"""CKV_SMT_7: what is stored is encrypted with a key of the project's, not with one of AWS."""

from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_KEY_OF = {
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_codebuild_project": "encryption_key",
    "aws_codecommit_repository": "kms_key_id",
    "aws_codepipeline": "artifact_store.encryption_key.id",
    "aws_dynamodb_table": "server_side_encryption.kms_key_arn",
    "aws_ecr_repository": "encryption_configuration.kms_key",
    "aws_s3_bucket_server_side_encryption_configuration": (
        "rule.apply_server_side_encryption_by_default.kms_master_key_id"
    ),
    "aws_sagemaker_endpoint_configuration": "kms_key_arn",
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}
"""Resource type → where its argument for a key stands."""


class CustomerManagedKey(BaseResourceCheck):
    """Only a key of one's own can be audited, restricted and revoked."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure a customer-managed key encrypts what is stored",
            id="CKV_SMT_7",
            categories=[CheckCategories.ENCRYPTION],
            supported_resources=list(_KEY_OF),
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        keys = list(_at(conf, _KEY_OF[self.entity_type].split(".")))
        own = [key for key in keys if isinstance(key, str) and key and not key.startswith("alias/aws/")]
        return CheckResult.PASSED if own and len(own) == len(keys) else CheckResult.FAILED


def _at(value: object, path: list[str]) -> Iterator[object]:
    if isinstance(value, list):
        for inner in value:
            yield from _at(inner, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _at(value.get(path[0]), path[1:])
    else:
        yield None


CustomerManagedKey()
