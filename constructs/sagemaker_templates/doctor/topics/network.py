"""The VPC that jobs and endpoints run in, and what they reach from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.doctor.account import Refused, Reply
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown
from sagemaker_templates.doctor.ways_out import ways_out
from sagemaker_templates.settings.model import Network

_FEW_ADDRESSES = 8
"""SageMaker wants two for each instance of a job; a pipeline's steps may run two jobs of a few instances at once."""


@dataclass(frozen=True)
class Place:
    """A network, and what the jobs or endpoints in it ask by themselves.

    Attributes:
        services: of AWS, as the names of their VPC endpoints end.
    """

    network: Network
    services: tuple[str, ...]


def _described(asked: Asked, operation: str, key: str, **parameters: Any) -> list[Reply]:
    found: list[Reply] = asked.account.ask_all("ec2", operation, **parameters).get(key, [])
    return found


@check(
    "the VPC is there, with its own DNS",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html",
    rights=["ec2:DescribeVpcs", "ec2:DescribeVpcAttribute"],
    decides=True,
)
def vpc(asked: Asked, place: Place) -> Verdict:
    """Names of AWS's services are resolved by the VPC's DNS; where it is switched off, nothing in it finds one."""
    vpc_id = str(place.network.vpc_id)
    try:
        _described(asked, "describe_vpcs", "Vpcs", VpcIds=[vpc_id])
    except Refused as refused:
        if refused.code == "InvalidVpcID.NotFound":
            return failed("there is no such VPC in this account and region", "mend vpc-id, or share the VPC with it")
        raise
    answer = asked.account.ask("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsSupport")
    if not answer["EnableDnsSupport"]["Value"]:
        return failed("has no DNS", f"aws ec2 modify-vpc-attribute --vpc-id {vpc_id} --enable-dns-support")
    return passed("is there, with its own DNS")


@check(
    "the subnets are there, in the VPC, with free addresses",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
    rights=["ec2:DescribeSubnets"],
)
def subnets(asked: Asked, place: Place) -> Verdict:
    """A job takes addresses of its subnets and does not start without; subnets of another VPC are refused when the
    first job starts."""
    network = place.network
    try:
        found = _described(asked, "describe_subnets", "Subnets", SubnetIds=list(network.subnet_ids))
    except Refused as refused:
        if refused.code == "InvalidSubnetID.NotFound":
            return failed(f"a subnet is not there: {refused}", "mend subnet-ids")
        raise
    if elsewhere := [one["SubnetId"] for one in found if one["VpcId"] != network.vpc_id]:
        return failed(f"of another VPC: {', '.join(elsewhere)}", "give subnets of this VPC")
    if full := [one["SubnetId"] for one in found if one["AvailableIpAddressCount"] < _FEW_ADDRESSES]:
        return failed(f"nearly without free addresses: {', '.join(full)}", "give larger subnets")
    zones = sorted({str(one["AvailabilityZone"]) for one in found})
    return passed(f"its subnets are there, in {', '.join(zones)}")


@check(
    "the security groups are there, in the VPC",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html",
    rights=["ec2:DescribeSecurityGroups"],
)
def security_groups(asked: Asked, place: Place) -> Verdict:
    """SageMaker refuses a job whose groups and subnets are not of one VPC."""
    wanted = list(place.network.security_group_ids)
    if not wanted:
        return passed("no security groups are given: each project makes its own")
    try:
        found = _described(asked, "describe_security_groups", "SecurityGroups", GroupIds=wanted)
    except Refused as refused:
        if refused.code == "InvalidGroup.NotFound":
            return failed(f"a security group is not there: {refused}", "mend security-group-ids")
        raise
    if elsewhere := [one["GroupId"] for one in found if one["VpcId"] != place.network.vpc_id]:
        return failed(f"security groups of another VPC: {', '.join(elsewhere)}", "give groups of this VPC")
    return passed("its security groups are there")


@check(
    "jobs and endpoints reach what they need",
    source="https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-give-access.html",
    rights=[
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeNatGateways",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
    ],
)
def reachable(asked: Asked, place: Place) -> Verdict:
    """A job in a VPC has no public address: it needs a VPC endpoint for each service that it asks, or a route to NAT.
    Images, logs and metrics go by SageMaker's own network, and builds run outside the VPC."""
    network = place.network
    if network.vpc_owner_account_id not in (None, asked.site.environment.account_id):
        return unknown(
            f"its routes and endpoints are {network.vpc_owner_account_id}'s, which alone sees them",
            f"ask there for a NAT route or endpoints for {', '.join(place.services)}",
        )
    missing = ways_out(asked.account, network).missing(place.services)
    if missing:
        lacking = "; ".join(f"{subnet} has no way to {', '.join(services)}" for subnet, services in missing.items())
        names = sorted({f"com.amazonaws.{asked.account.region}.{one}" for lack in missing.values() for one in lack})
        return failed(lacking, f"add VPC endpoints ({', '.join(names)}), or a default route to a NAT gateway")
    return passed(f"{', '.join(place.services)} can be reached from its subnets")


def _places(site: Site) -> Iterator[Place]:
    """Each network once, with all that is asked from it."""
    services: dict[Network, set[str]] = {}
    for network, template in site.networks():
        services.setdefault(network, set()).update(template.asks_from_vpc)
    for network, wanted in services.items():
        yield Place(network, tuple(sorted(wanted)))


TOPIC: Topic[Place] = Topic(
    "networks", _places, lambda place: f"VPC {place.network.vpc_id}", (vpc, subnets, security_groups, reachable)
)
