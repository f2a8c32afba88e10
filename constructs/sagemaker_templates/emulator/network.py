"""A VPC with given ids: an account already has its network, and settings name it by id.

moto chooses ids at random, so they are handed to it while it creates the network.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from ipaddress import ip_network
from threading import Lock

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import JsonObject, Place
from sagemaker_templates.emulator.moto_store import Ec2

_CIDR = "10.0.0.0/16"
_SUBNET_PREFIX = 24
_one_at_a_time = Lock()


def create_network(request: JsonObject) -> JsonObject:
    """Create the VPC, the subnets and the security groups that are not there yet.

    The request names ``account``, ``region``, ``vpc_id``, ``subnet_ids`` and ``security_group_ids``.
    """
    with _one_at_a_time:
        backend = moto_store.ec2(Place(str(request["account"]), str(request["region"])))
        vpc_id = str(request["vpc_id"])
        if vpc_id not in backend.vpcs:
            with _given_id("vpcs", "random_vpc_id", vpc_id):
                backend.create_vpc(_CIDR)
        for subnet_id in request.get("subnet_ids", []):
            _create_subnet(backend, vpc_id, str(subnet_id))
        for group_id in request.get("security_group_ids", []):
            _create_security_group(backend, vpc_id, str(group_id))
    return {"vpc_id": vpc_id}


def _create_subnet(backend: Ec2, vpc_id: str, subnet_id: str) -> None:
    existing = backend.describe_subnets()
    if any(subnet.id == subnet_id for subnet in existing):
        return
    taken = sum(subnet.vpc_id == vpc_id for subnet in existing)
    cidr = list(ip_network(_CIDR).subnets(new_prefix=_SUBNET_PREFIX))[taken]
    zones = [zone.name for zone in backend.describe_availability_zones()]
    with _given_id("subnets", "random_subnet_id", subnet_id):
        backend.create_subnet(vpc_id, str(cidr), availability_zone=zones[taken % len(zones)])


def _create_security_group(backend: Ec2, vpc_id: str, group_id: str) -> None:
    if group_id in backend.groups[vpc_id]:
        return
    with _given_id("security_groups", "random_security_group_id", group_id):
        backend.create_security_group(f"existing-{group_id}", "Existed before this project", vpc_id=vpc_id)


@contextmanager
def _given_id(module_name: str, function: str, chosen: str) -> Iterator[None]:
    """Let moto draw the given id: its generators have no seed per kind of thing."""
    module = import_module(f"moto.ec2.models.{module_name}")
    original = getattr(module, function)
    setattr(module, function, lambda: chosen)
    try:
        yield
    finally:
        setattr(module, function, original)
