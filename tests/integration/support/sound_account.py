"""An account in the emulator in which the doctor finds nothing wrong, beyond what every test has."""

import json
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.settings.model import Network, S3State

BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def make_bucket_sound(emulator: Emulator, account: str, state: S3State) -> None:
    """Create the bucket of the states: versioned, private, TLS only."""
    Account(emulator, account, state.region).create_bucket(state.bucket)
    s3 = emulator.client("s3", account, state.region)
    s3.put_public_access_block(Bucket=state.bucket, PublicAccessBlockConfiguration=BLOCKED)
    s3.put_bucket_policy(Bucket=state.bucket, Policy=tls_only(state.bucket))


def tls_only(bucket: str, **changes: object) -> str:
    """A policy that denies plain HTTP."""
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | changes]})


def make_network_sound(emulator: Emulator, account: str, region: str, network: Network) -> None:
    """Create the network, with endpoints for what jobs ask."""
    Account(emulator, account, region).create_network(network)
    ec2 = emulator.client("ec2", account, region)
    ec2.modify_vpc_attribute(VpcId=network.vpc_id, EnableDnsHostnames={"Value": True})
    add_s3_endpoint(ec2, str(network.vpc_id))
    add_interface_endpoint(ec2, network, "sagemaker.api")


def add_s3_endpoint(ec2: Any, vpc: str) -> None:
    """Add the gateway endpoint for S3, to the VPC's main route table."""
    (table,) = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"]
    service = f"com.amazonaws.{ec2.meta.region_name}.s3"
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=service, VpcEndpointType="Gateway", RouteTableIds=[table["RouteTableId"]]
    )


def add_interface_endpoint(ec2: Any, network: Network, service: str, *, private_dns: bool = True) -> None:
    """Add an interface endpoint, in all subnets of the network."""
    ec2.create_vpc_endpoint(
        VpcId=network.vpc_id,
        ServiceName=f"com.amazonaws.{ec2.meta.region_name}.{service}",
        VpcEndpointType="Interface",
        SubnetIds=list(network.subnet_ids),
        PrivateDnsEnabled=private_dns,
    )
