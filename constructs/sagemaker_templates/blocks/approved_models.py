"""Models that another project registers: the group and the bucket that a project reads them from."""

from dataclasses import dataclass

from sagemaker_templates.blocks.iam import Condition, Statement
from sagemaker_templates.naming import ProjectNames

_KEY_BY_BUCKET = (
    "the key of a bucket that is known by name only has no known ARN; the encryption context, which is the bucket "
    "or an object in it, leaves nothing else to decrypt"
)


@dataclass(frozen=True)
class ApprovedModels:
    """An existing model package group of the account, and the bucket that its packages' models lie in."""

    model_package_group_name: str
    bucket: str


def read_approved_models(names: ProjectNames, models: ApprovedModels) -> list[Statement]:
    """Find the packages of the group and load their models: nothing of any other group or bucket.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    return [
        find_packages(names, models.model_package_group_name),
        use_packages(names, models),
        *read_model_files(names, models),
    ]


def find_packages(names: ProjectNames, group: str) -> Statement:
    """List the packages of a group: what is approved stands in the list."""
    return Statement(
        "FindModels",
        ["sagemaker:ListModelPackages"],
        [*names.model_package_groups(group), *names.model_packages(group)],
    )


def use_packages(names: ProjectNames, models: ApprovedModels) -> Statement:
    """Make models of the group's packages; who makes a model of a package reads where its files and image are.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
    """
    packages = names.model_packages(models.model_package_group_name)
    return Statement("UseModels", ["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"], packages)


def read_model_files(names: ProjectNames, models: ApprovedModels) -> list[Statement]:
    """Read the bucket that the packages' models lie in.

    Args:
        names: of the project in whose account the bucket and its key are.
    """
    bucket = names.bucket_arn(models.bucket)
    return [
        Statement("ListModelBucket", ["s3:ListBucket"], [bucket]),
        Statement("ReadModelBucket", ["s3:GetObject"], [f"{bucket}/*"]),
        _decrypt_objects(names, bucket),
    ]


def _decrypt_objects(names: ProjectNames, bucket: str) -> Statement:
    """Decrypt what lies in the bucket, and only through S3.

    With a bucket key the encryption context is the bucket, without one it is the object
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context).
    """
    return Statement(
        "DecryptModels",
        ["kms:Decrypt"],
        [names.arn("kms", "key/*")],
        conditions=[
            Condition("StringEquals", "kms:ViaService", [names.endpoint("s3")]),
            Condition("ArnLike", "kms:EncryptionContext:aws:s3:arn", [bucket, f"{bucket}/*"]),
        ],
        reason=_KEY_BY_BUCKET,
    )


def create_models(names: ProjectNames, prefix: str) -> Statement:
    """Create the models that transform jobs use.

    Args:
        prefix: what the seed lets their names begin with.
    """
    return Statement(
        "CreateModels",
        ["sagemaker:AddTags", "sagemaker:CreateModel", "sagemaker:DescribeModel"],
        [names.arn("sagemaker", f"model/{prefix}-*")],
    )
