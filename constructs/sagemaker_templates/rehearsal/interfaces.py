"""Network interfaces as a service has made them for its role: of those that are not there nothing is known."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sagemaker_templates.emulator import Emulator


@contextmanager
def interfaces_in(emulator: Emulator, account: str, region: str, subnets: Sequence[str]) -> Iterator[list[str]]:
    """Give the ids of one in each subnet; they are gone afterwards."""
    ec2 = emulator.client("ec2", account, region)
    made = [ec2.create_network_interface(SubnetId=one)["NetworkInterface"] for one in subnets]
    ids = [str(one["NetworkInterfaceId"]) for one in made]
    try:
        yield ids
    finally:
        for id_ in ids:
            ec2.delete_network_interface(NetworkInterfaceId=id_)
