"""VPC, subnets and security groups: which of them go together, and what overrides what."""

from collections.abc import Mapping
from typing import Any

from sagemaker_templates.settings.document import MapNode
from sagemaker_templates.settings.model import Network
from sagemaker_templates.settings.problems import Report

FIELDS = ("vpc_id", "subnet_ids", "security_group_ids", "vpc_owner_account_id")


def merged(base: Network, given: Mapping[str, Any]) -> Network:
    """A network with what is given on top of it.

    Another VPC leaves nothing of the base: subnets, security groups and owner belong to one VPC.
    """
    vpc = given.get("vpc_id") or base.vpc_id
    below = base if vpc == base.vpc_id else Network()
    return Network(
        vpc_id=vpc,
        subnet_ids=given.get("subnet_ids") or below.subnet_ids,
        security_group_ids=given.get("security_group_ids") or below.security_group_ids,
        vpc_owner_account_id=given.get("vpc_owner_account_id") or below.vpc_owner_account_id,
    )


def check(network: Network, node: MapNode, prefix: str, report: Report) -> None:
    """Report subnets, security groups or an owner without a VPC, and a VPC without subnets, at the line that says so.

    SageMaker takes subnets and security groups together (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html);
    the security group is made when it is not given, which needs the VPC.
    """
    if network.vpc_id and not network.subnet_ids:
        _report(
            node,
            "vpc_id",
            prefix,
            "is given without subnet-ids; jobs in a VPC need at least one subnet",
            report,
        )
    elif not network.vpc_id and network.subnet_ids:
        _report(node, "subnet_ids", prefix, "is given without vpc-id; subnets belong to a VPC", report)
    elif not network.vpc_id and network.security_group_ids:
        message = "is given without vpc-id; security groups belong to a VPC"
        _report(node, "security_group_ids", prefix, message, report)
    elif not network.vpc_id and network.vpc_owner_account_id:
        _report(node, "vpc_owner_account_id", prefix, "is given without vpc-id; it is the account of a VPC", report)


def _report(node: MapNode, field: str, prefix: str, message: str, report: Report) -> None:
    entry = node.get(field)
    if entry is None:
        message = f"{field.replace('_', '-')} {message}"
        report.add(node.file, node.line, prefix.rstrip(".") or None, message)
    else:
        report.add(entry.file, entry.line, prefix + entry.key, message)
