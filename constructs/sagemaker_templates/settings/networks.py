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
            f"is given without {_beside(node, 'vpc_id', 'subnet_ids')}; jobs in a VPC need at least one subnet",
            report,
        )
    elif not network.vpc_id and network.subnet_ids:
        message = f"is given without {_beside(node, 'subnet_ids', 'vpc_id')}; subnets belong to a VPC"
        _report(node, "subnet_ids", prefix, message, report)
    elif not network.vpc_id and network.security_group_ids:
        missing = _beside(node, "security_group_ids", "vpc_id")
        message = f"is given without {missing}; security groups belong to a VPC"
        _report(node, "security_group_ids", prefix, message, report)
    elif not network.vpc_id and network.vpc_owner_account_id:
        _report(node, "vpc_owner_account_id", prefix, "is given without vpc-id; it is the account of a VPC", report)


def _beside(node: MapNode, given: str, missing: str) -> str:
    """What a missing key is called beside one that is given: "dev-subnet-ids" beside "dev-vpc-id"."""
    entry = node.get(given)
    written = entry.key.rpartition(".")[2].replace("_", "-") if entry else ""
    return f"{written.removesuffix(given.replace('_', '-'))}{missing.replace('_', '-')}"


def _report(node: MapNode, field: str, prefix: str, message: str, report: Report) -> None:
    entry = node.get(field)
    if entry is None:
        message = f"{field.replace('_', '-')} {message}"
        report.add(node.file, node.line, prefix.rstrip(".") or None, message)
    else:
        report.add(entry.file, entry.line, prefix + entry.key, message)
