"""The role that an endpoint's containers run as, in the account that they run in."""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.approved_models import ApprovedModels, read_model_files
from sagemaker_templates.blocks.deployment_roles import see_alarms
from sagemaker_templates.blocks.encryption import USE_OBJECTS
from sagemaker_templates.blocks.execution_role import describe_network, encrypt_volumes, pull_sagemaker_images
from sagemaker_templates.blocks.iam import Condition, Role, Statement, from_account, service_role
from sagemaker_templates.naming import TARGET_ROLE_PATH, ProjectNames, TargetNames, arn

CAPTURE_PREFIX = "captured"


def endpoint_role(
    scope: Any,
    id_: str,
    *,
    names: TargetNames,
    pipeline: ProjectNames,
    models: ApprovedModels,
    images: Sequence[str],
    key: Any,
    captures: bool,
    security_groups: Sequence[str],
    permissions_boundary_arn: str | None,
) -> Role:
    """Add the endpoint's execution role.

    Args:
        pipeline: names of the project in whose account the models' bucket and its key are.
        images: names of the repositories of the images that the containers run.
        key: encrypts volumes and captured data.
        captures: whether there is a bucket for captured data.
        security_groups: ids of those that the containers run in.
    """
    return service_role(
        scope,
        id_,
        name=names.endpoint_role,
        path=TARGET_ROLE_PATH,
        service="sagemaker.amazonaws.com",
        description=f"Endpoint {names.endpoint}",
        statements=[
            *read_model_files(pipeline, models),
            encrypt_volumes(key),
            *(_capture(names, key) if captures else []),
            *_write_logs(names),
            # To roll back when one goes off: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
            see_alarms(names, "SeeAlarms"),
            *pull_sagemaker_images(names, images),
            *serve_in_network(names, security_groups),
        ],
        trust_conditions=[from_account(names.target.account_id)],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def serve_in_network(names: TargetNames, security_group_ids: Sequence[str]) -> list[Statement]:
    """Attach containers to the given subnets and security groups; nothing without subnets.

    Interfaces are always the account's own. Shared subnets are their owner's, and so are their ARNs; a given security
    group of a shared VPC may be either's, and its id is one account's only
    (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html).
    Unlike those of jobs, these rights may be narrowed.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    network = names.target.network
    if not network.subnet_ids:
        return []
    interfaces, owner = names.arn("ec2", "network-interface/*"), network.vpc_owner_account_id or names.account_id
    subnets = [_of_owner(names, owner, f"subnet/{subnet}") for subnet in network.subnet_ids]
    groups = [names.arn("ec2", f"security-group/{group}") for group in security_group_ids]
    owners = [_of_owner(names, owner, f"security-group/{group}") for group in network.security_group_ids]
    return [
        Statement(
            "CreateInterfaces",
            ["ec2:CreateNetworkInterface"],
            list(dict.fromkeys([interfaces, *subnets, *groups, *owners])),
        ),
        Statement(
            "ManageInterfaces",
            [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [interfaces],
            conditions=[Condition("ArnEquals", "ec2:Subnet", subnets)],
        ),
        describe_network("ec2:DescribeVpcEndpoints"),
    ]


def _of_owner(names: TargetNames, owner: str, resource: str) -> str:
    return arn("ec2", resource, region=names.region, account_id=owner)


def _capture(names: TargetNames, key: Any) -> list[Statement]:
    """Write captured requests and answers, encrypted with the endpoint's key.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html
    """
    bucket = names.bucket_arn(names.capture_bucket)
    return [
        Statement("Capture", ["s3:PutObject"], [f"{bucket}/{CAPTURE_PREFIX}/*"]),
        Statement("UseKey", USE_OBJECTS, [key.arn]),
    ]


def _write_logs(names: TargetNames) -> list[Statement]:
    """Logs and metrics of the containers.

    Those of the namespace AWS/SageMaker are the service's own: PutMetricData takes no namespace that begins with AWS/
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    group = names.arn("logs", f"log-group:{names.log_group}")
    return [
        Statement(
            "WriteLogs",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [group, f"{group}:log-stream:*"],
        ),
        Statement(
            "WriteMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            conditions=[Condition("StringLike", "cloudwatch:namespace", ["/aws/sagemaker/*"])],
            reason="PutMetricData has no resource-level permission; the namespace condition bounds it",
        ),
    ]
