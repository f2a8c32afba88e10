"""Which services of AWS are reached from a subnet: by its routes, or by endpoints in its VPC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.doctor.account import Account, Reply
from sagemaker_templates.settings.model import Network

_EVERYWHERE = "0.0.0.0/0"
_GATEWAYS = ("TransitGatewayId", "InstanceId", "NetworkInterfaceId", "VpcPeeringConnectionId", "CarrierGatewayId")
"""What else than NAT a default route may lead to; whether that lets traffic through, nobody here can tell."""


@dataclass(frozen=True)
class WaysOut:
    """What leads out of the subnets of a network.

    Attributes:
        routed: subnets with a default route that jobs can use.
        gateways: by subnet, the services that a gateway endpoint leads to.
        interfaces: the services that interface endpoints lead to by their usual names, from anywhere in the VPC.
    """

    subnets: Sequence[str]
    routed: frozenset[str]
    gateways: Mapping[str, frozenset[str]]
    interfaces: frozenset[str]

    def missing(self, services: Iterable[str]) -> dict[str, list[str]]:
        """By subnet, the services that are not reached from it."""
        wanted = sorted(services)
        found = {
            subnet: [one for one in wanted if one not in self.interfaces | self.gateways.get(subnet, frozenset())]
            for subnet in self.subnets
            if subnet not in self.routed
        }
        return {subnet: lacking for subnet, lacking in found.items() if lacking}


def ways_out(account: Account, network: Network) -> WaysOut:
    """What leads out of a network.

    An internet gateway is none: a job's interface has no public address
    (https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-connect-to-resources.html).

    Raises:
        Refused, NotAnswered: as the account does.
    """
    in_vpc = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    tables = account.ask_all("ec2", "describe_route_tables", Filters=in_vpc).get("RouteTables", [])
    endpoints = account.ask_all("ec2", "describe_vpc_endpoints", Filters=in_vpc).get("VpcEndpoints", [])
    usable = [one for one in endpoints if str(one.get("State", "")).lower() == "available"]
    table_of = {subnet: _table_of(tables, subnet) for subnet in network.subnet_ids}
    standing = _standing_nat_gateways(account, table_of.values())
    return WaysOut(
        network.subnet_ids,
        frozenset(subnet for subnet, table in table_of.items() if _leads_out(table, standing)),
        {subnet: frozenset(_gateways(usable, table)) for subnet, table in table_of.items()},
        frozenset(_interfaces(account, str(network.vpc_id), usable)),
    )


def _table_of(tables: Sequence[Reply], subnet: str) -> Reply:
    """The subnet's own route table, else the VPC's main one."""
    associations = [(table, link) for table in tables for link in table.get("Associations", [])]
    own = (table for table, link in associations if link.get("SubnetId") == subnet)
    main = (table for table, link in associations if link.get("Main"))
    return next(own, None) or next(main, {})


def _standing_nat_gateways(account: Account, tables: Iterable[Reply]) -> set[str]:
    """Those that routes lead to and that are in service: a route outlives its gateway."""
    routes = (route for table in tables for route in _defaults(table))
    named = sorted({str(route["NatGatewayId"]) for route in routes if "NatGatewayId" in route})
    if not named:
        return set()
    filters = [{"Name": "nat-gateway-id", "Values": named}, {"Name": "state", "Values": ["available"]}]
    found = account.ask_all("ec2", "describe_nat_gateways", Filters=filters).get("NatGateways", [])
    return {str(one["NatGatewayId"]) for one in found}


def _defaults(table: Reply) -> list[Any]:
    return [route for route in table.get("Routes", []) if route.get("DestinationCidrBlock") == _EVERYWHERE]


def _leads_out(table: Reply, nat_gateways: set[str]) -> bool:
    for route in _defaults(table):
        if route.get("State", "active") != "active":
            continue
        if route.get("NatGatewayId") in nat_gateways or any(route.get(one) for one in _GATEWAYS):
            return True
        # A virtual private gateway stands under the name of an internet gateway.
        if str(route.get("GatewayId", "")).startswith("vgw-"):
            return True
    return False


def _service(endpoint: Reply) -> str:
    """What its service's name ends with: of ``com.amazonaws.us-east-1.ecr.api``, ``ecr.api``."""
    name = str(endpoint["ServiceName"])
    return name.partition("amazonaws.")[2].partition(".")[2]


def _gateways(endpoints: Iterable[Reply], table: Reply) -> set[str]:
    own = table.get("RouteTableId")
    return {
        _service(one)
        for one in endpoints
        if one.get("VpcEndpointType") == "Gateway" and own in one.get("RouteTableIds", [])
    }


def _interfaces(account: Account, vpc_id: str, endpoints: Iterable[Reply]) -> set[str]:
    """Those with private DNS, for jobs ask for the usual names; which the VPC resolves only if it may.

    https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
    """
    found = {
        _service(one)
        for one in endpoints
        if one.get("VpcEndpointType") == "Interface" and one.get("PrivateDnsEnabled")
    }
    if not found:
        return found
    names = account.ask("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsHostnames")
    return found if names["EnableDnsHostnames"]["Value"] else set()
