"""What is known about instance types and their images: what SageMaker's service model lists, with no network."""

import re
from functools import cache
from typing import Any

import botocore.session

_ACCELERATORS = {"gpu": re.compile(r"ml\.(?:g|p)\d"), "neuron": re.compile(r"ml\.(?:inf|trn)\d")}

# Families with a d after the generation (m5d, c6gd, g4dn, p4de ...), and accelerated ones that always have it.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
_LOCAL_STORAGE = re.compile(
    r"ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|g5|g6e?|gr6|p5(?:e|en)?|p6-?\w*|trn1n?|trn2|dl1|i\d\w*)\."
)


def instance_types() -> frozenset[str]:
    """Those that an endpoint may run on; the release of boto3 in ``requirements.txt`` says which it knows.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html, InstanceType
    """
    return _allowed("InstanceType")


def inference_ami_versions() -> frozenset[str]:
    """The images that an endpoint's instances may start from.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html, InferenceAmiVersion
    """
    return _allowed("InferenceAmiVersion")


def runs(ami_version: str, instance_type: str) -> bool:
    """Whether an image has the drivers of the accelerators that an instance has."""
    needed = next((kind for kind, types in _ACCELERATORS.items() if types.match(instance_type)), None)
    return needed is not None and f"-{needed}-" in ami_version


@cache
def _allowed(member: str) -> frozenset[str]:
    # botocore makes its shapes at run time.
    variant: Any = botocore.session.get_session().get_service_model("sagemaker").shape_for("ProductionVariant")
    return frozenset(variant.members[member].enum)


def has_local_storage(instance_type: str) -> bool:
    """Whether the instance comes with local NVMe storage.

    Such storage is encrypted by its own hardware, and SageMaker refuses a key for it (KmsKeyId in
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html).
    """
    return bool(_LOCAL_STORAGE.match(instance_type))
