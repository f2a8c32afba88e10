"""The role that a project's SageMaker pipeline and its jobs run as."""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.encryption import USE_OBJECTS
from sagemaker_templates.blocks.iam import Condition, Role, Statement, from_account, passed_to, service_role
from sagemaker_templates.naming import SERVICE_ROLE_PATH, ProjectNames, TargetNames
from sagemaker_templates.settings.model import Network

_REGISTRIES_OF_AWS = "AWS's images are in registries of accounts of AWS's own, another for each region"


def execution_role(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    statements: Sequence[Statement],
    permissions_boundary_arn: str | None,
) -> Role:
    """Add the execution role."""
    return service_role(
        scope,
        id_,
        name=names.execution_role,
        path=SERVICE_ROLE_PATH,
        service="sagemaker.amazonaws.com",
        description=f"SageMaker jobs of the project {names.project.name}",
        statements=statements,
        trust_conditions=[from_account(names.project.environment.account_id)],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def execution_role_arn(names: ProjectNames) -> str:
    """The role's ARN, computed: a role's own policy cannot refer to the role resource."""
    return names.global_arn("iam", f"role{SERVICE_ROLE_PATH}{names.execution_role}")


def use_pipeline_files(names: ProjectNames, key: Any) -> list[Statement]:
    """Read and write what executions of the project's pipeline keep, read its data, encrypt volumes and objects."""
    bucket = names.bucket_arn(names.artifact_bucket)
    return [
        Statement("ListBucket", ["s3:ListBucket"], [bucket]),
        Statement(
            "UsePipelineFiles",
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            [f"{bucket}/{names.pipeline_prefix}/*"],
        ),
        Statement("ReadData", ["s3:GetObject"], [f"{bucket}/data/*"]),
        *use_key(key),
    ]


def remove_checkpoints(names: ProjectNames, *steps: str) -> Statement:
    """Let a training job drop checkpoints: what it removes in its container, SageMaker removes from the bucket.

    The bucket keeps versions, so that what is removed can be had again.

    Args:
        steps: names of the pipeline's steps that keep checkpoints.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
    """
    executions = f"{names.bucket_arn(names.artifact_bucket)}/{names.pipeline_prefix}/executions/*"
    return Statement(
        "RemoveCheckpoints", ["s3:DeleteObject"], [f"{executions}/{step}/checkpoints/*" for step in steps]
    )


def use_key(key: Any) -> list[Statement]:
    """What jobs need that name a key for their outputs and volumes: all jobs of the seeds do.

    S3 never asks for ``kms:Encrypt``; SageMaker does, of the role of a job whose outputs have a key
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html).
    """
    return [
        Statement("UseKey", sorted([*USE_OBJECTS, "kms:Encrypt"]), [key.arn]),
        encrypt_volumes(key),
    ]


def encrypt_volumes(key: Any) -> Statement:
    """Let SageMaker use the key for the volumes of jobs and endpoints, and for nothing else."""
    return Statement(
        "EncryptVolumes",
        ["kms:CreateGrant"],
        [key.arn],
        conditions=[Condition("Bool", "kms:GrantIsForAWSResource", ["true"])],
    )


def run_jobs(
    names: ProjectNames, kinds: Sequence[str], *, as_role: Role | None = None, prefix: str | None = None
) -> list[Statement]:
    """Start, follow and stop jobs of the project's pipeline.

    Args:
        kinds: ``processing``, ``training``, ``transform``.
        as_role: what the jobs run as; by default the execution role itself.
        prefix: what the seed lets their names begin with; by default the project's name.
    """
    actions = sorted(
        f"sagemaker:{verb}{kind.capitalize()}Job" for kind in kinds for verb in ("Create", "Describe", "Stop")
    )
    return [
        Statement(
            "RunJobs",
            [*actions, "sagemaker:AddTags"],
            [names.arn("sagemaker", f"{kind}-job/{prefix or names.project.name}-*") for kind in kinds],
        ),
        Statement(
            "RunJobsAsOtherRole" if as_role else "RunJobsAsItself",
            ["iam:PassRole"],
            [as_role.arn if as_role else execution_role_arn(names)],
            conditions=[passed_to("sagemaker.amazonaws.com")],
        ),
    ]


def register_models(names: ProjectNames, images: Sequence[str]) -> list[Statement]:
    """Register versions in the project's model package group.

    A package holds the digest of its image, so registering looks the image up; it is pulled by whoever serves it.
    AWS's own policy for the model registry allows the same two actions
    (https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol-model-registry.html). A version has its
    group's tags and takes none of its own
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html).

    Args:
        images: names of the repositories of AWS's images that the versions are served by.
    """
    return [
        Statement(
            "RegisterModels",
            [
                "sagemaker:CreateModelPackage",
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
            ],
            [
                *names.model_package_groups(names.model_package_group),
                *names.model_packages(names.model_package_group),
            ],
        ),
        Statement(
            "SeeServingImages",
            ["ecr:BatchGetImage", "ecr:DescribeImages"],
            _sagemaker_images(names, images),
            reason=_REGISTRIES_OF_AWS,
        ),
    ]


def write_job_logs(names: ProjectNames, kinds: Sequence[str]) -> list[Statement]:
    """Logs and metrics of jobs, in the log groups that SageMaker gives each kind.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    groups = [names.arn("logs", f"log-group:/aws/sagemaker/{kind.capitalize()}Jobs*") for kind in kinds]
    return [
        Statement(
            "WriteJobLogs",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            groups,
        ),
        Statement(
            "WriteJobMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            conditions=[Condition("StringLike", "cloudwatch:namespace", ["/aws/sagemaker/*"])],
            reason="PutMetricData has no resource-level permission; the namespace condition bounds it",
        ),
    ]


def _sagemaker_images(names: ProjectNames | TargetNames, repositories: Sequence[str]) -> list[str]:
    return [f"arn:{names.partition}:ecr:{names.region}:*:repository/{repository}" for repository in repositories]


def pull_sagemaker_images(names: ProjectNames | TargetNames, repositories: Sequence[str]) -> list[Statement]:
    """Pull AWS's own images.

    Args:
        repositories: names of the images' repositories.
    """
    return [
        Statement(
            "PullImages",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            _sagemaker_images(names, repositories),
            reason=_REGISTRIES_OF_AWS,
        ),
        Statement(
            "LogInToRegistry",
            ["ecr:GetAuthorizationToken"],
            ["*"],
            reason="GetAuthorizationToken has no resource-level permission",
        ),
    ]


def join_network(network: Network) -> list[Statement]:
    """Attach jobs to subnets and security groups; nothing without subnets.

    Nothing may narrow these rights: SageMaker tries them without resource and context when a processing job is
    created, and every template has processing jobs
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, CreateProcessingJob with a private VPC).
    """
    if not network.subnet_ids:
        return []
    return [
        Statement(
            "ManageInterfaces",
            [
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            ["*"],
            reason="SageMaker refuses processing jobs in a VPC whose role has these rights narrowed",
        ),
        describe_network(),
    ]


def describe_network(*more: str) -> Statement:
    """See the VPC that jobs or endpoints join.

    Args:
        more: actions beyond those that jobs need.
    """
    return Statement(
        "DescribeNetwork",
        sorted(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                *more,
            ]
        ),
        ["*"],
        reason="EC2's Describe actions have no resource-level permission",
    )
