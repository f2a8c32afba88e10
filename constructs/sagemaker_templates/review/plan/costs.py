"""Which resources of a plan are paid for while they exist, or more than by the request. No prices: they change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.review.plan.changes import CHANGING, Action, PlannedChanges, ResourceChange

CHARGED: Mapping[str, str] = {
    "aws_cloudwatch_dashboard": "per month",
    "aws_cloudwatch_metric_alarm": "per month",
    "aws_codebuild_project": "per minute of a build",
    "aws_codepipeline": "per month or per minute of an execution, by its type",
    "aws_db_instance": "per hour, and for storage",
    "aws_ebs_volume": "for the size that is set aside",
    "aws_ec2_transit_gateway_vpc_attachment": "per hour and per byte",
    "aws_efs_file_system": "for what is stored",
    "aws_eip": "per hour",
    "aws_fsx_lustre_file_system": "for the size that is set aside",
    "aws_instance": "per hour",
    "aws_kms_key": "per month, and per request",
    "aws_lambda_provisioned_concurrency_config": "per hour that it is set aside",
    "aws_lb": "per hour",
    "aws_nat_gateway": "per hour and per byte",
    "aws_opensearch_domain": "per hour, and for storage",
    "aws_rds_cluster": "per hour, and for storage",
    "aws_redshift_cluster": "per hour",
    "aws_sagemaker_app": "per hour of its instance",
    "aws_sagemaker_endpoint": "per hour of each instance",
    "aws_sagemaker_endpoint_configuration": "by the endpoint that uses it",
    "aws_sagemaker_mlflow_tracking_server": "per hour, and for storage",
    "aws_sagemaker_notebook_instance": "per hour",
    "aws_secretsmanager_secret": "per month, and per request",
    "aws_vpc_endpoint": "per hour and zone, and per byte",
}
"""Resource type → what its price goes by (https://aws.amazon.com/pricing/)."""

_SIZES = ("instance_type", "instance_class", "node_type", "pipeline_type", "allocated_storage", "size", "type")
_BLOCKS = {
    "production_variants": ("instance_type", "initial_instance_count"),
    "shadow_production_variants": ("instance_type", "initial_instance_count"),
    "environment": ("compute_type",),
    "cluster_config": ("instance_type", "instance_count"),
}


@dataclass(frozen=True)
class Cost:
    """One resource that is paid for, and what becomes of it.

    Attributes:
        size: what the price depends on, such as the instance type; empty where there is nothing of the kind.
    """

    action: Action
    address: str
    charged: str
    size: str


def costs(changes: PlannedChanges) -> Iterator[Cost]:
    """The resources that are paid for, the gravest action first."""
    for action in CHANGING:
        for change in changes.of(action):
            if change.type in CHARGED and not _is_free(change):
                yield Cost(action, change.address, CHARGED[change.type], _size(change))


def _is_free(change: ResourceChange) -> bool:
    """A gateway endpoint costs nothing (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html)."""
    kind = change.new("vpc_endpoint_type") if change.is_there_after else change.old("vpc_endpoint_type")
    return change.type == "aws_vpc_endpoint" and kind in ("Gateway", None)


def _size(change: ResourceChange) -> str:
    old = list(_sizes(change.old)) if change.is_there_before else []
    new = list(_sizes(change.partly_known)) if change.is_there_after else []
    if old and new and old != new:
        return f"{', '.join(old)} → {', '.join(new)}"
    return ", ".join(new or old)


def _sizes(read: Any) -> Iterator[str]:
    for name in _SIZES:
        yield from _shown(read(name))
    for block, names in _BLOCKS.items():
        for part in found if isinstance(found := read(block), list) else []:
            values = [text for name in names for text in _shown(part.get(name))]
            if values:
                yield " ".join(values)


def _shown(value: Any) -> Iterator[str]:
    if isinstance(value, (str, int)) and value != "":
        yield str(value)
