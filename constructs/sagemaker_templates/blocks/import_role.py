"""The role of the one job that brings models in from the Hugging Face hub, and so may read the hub's access token."""

from typing import Any

from sagemaker_templates.blocks.execution_role import use_key
from sagemaker_templates.blocks.iam import Condition, Role, Statement, from_account, service_role
from sagemaker_templates.naming import SERVICE_ROLE_PATH, ProjectNames


def import_role(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    statements: list[Statement],
    permissions_boundary_arn: str | None,
) -> Role:
    """Add the role; what it may do stands in ``statements``."""
    return service_role(
        scope,
        id_,
        name=names.import_role,
        path=SERVICE_ROLE_PATH,
        service="sagemaker.amazonaws.com",
        description=f"Import of models from Hugging Face into the SageMaker project {names.project.name}",
        statements=statements,
        trust_conditions=[from_account(names.project.environment.account_id)],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def read_secret(names: ProjectNames, secret: str, key_arn: str | None) -> list[Statement]:
    """Read exactly one secret of the project's account and region.

    Secrets Manager ends a secret's ARN with a hyphen and six random characters
    (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html).

    Args:
        secret: its name.
        key_arn: the customer's KMS key that encrypts it; None where it is Secrets Manager's own, which needs no
            permission. The key serves this secret only: Secrets Manager names it in the encryption context.
    """
    secret_arn = names.arn("secretsmanager", f"secret:{secret}-??????")
    read = Statement("ReadToken", ["secretsmanager:GetSecretValue"], [secret_arn])
    if key_arn is None:
        return [read]
    service = names.endpoint("secretsmanager")
    return [
        read,
        Statement(
            "DecryptToken",
            ["kms:Decrypt"],
            [key_arn],
            conditions=[
                Condition("StringEquals", "kms:ViaService", [service]),
                Condition("StringLike", "kms:EncryptionContext:SecretARN", [secret_arn]),
            ],
        ),
    ]


def write_models(names: ProjectNames, key: Any) -> list[Statement]:
    """Write imported models, and see what is there of them already; read the job's script, write its result."""
    bucket = names.bucket_arn(names.artifact_bucket)
    models = f"{bucket}/{names.imported_models_prefix}/*"
    return [
        Statement("ListBucket", ["s3:ListBucket"], [bucket]),
        Statement("WriteModels", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], [models]),
        Statement("ReadScript", ["s3:GetObject"], [f"{bucket}/{names.pipeline_prefix}/code/*"]),
        Statement("WriteResult", ["s3:PutObject"], [f"{bucket}/{names.pipeline_prefix}/executions/*"]),
        *use_key(key),
    ]


def see_registered_models(names: ProjectNames) -> Statement:
    """Find out whether the project's group has a model already.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    group = names.model_package_group
    return Statement(
        "SeeRegisteredModels",
        ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
        [*names.model_package_groups(group), *names.model_packages(group)],
    )
