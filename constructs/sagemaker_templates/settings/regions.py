"""The AWS regions that SageMaker exists in, from botocore's endpoint data: no call to AWS."""

from functools import cache
from typing import Any

_SERVICE = "api.sagemaker"


@cache
def sagemaker_regions() -> tuple[str, ...]:
    """The regions of every partition, sorted; FIPS and other pseudo regions are left out."""
    # Not through a botocore session: that reads the user's AWS profile and fails when it is not there.
    from botocore.loaders import Loader

    partitions = Loader().load_data("endpoints")["partitions"]
    return tuple(sorted(region for partition in partitions for region in _regions(partition)))


def _regions(partition: dict[str, Any]) -> list[str]:
    endpoints = partition["services"].get(_SERVICE, {}).get("endpoints", {})
    return [region for region in endpoints if region in partition["regions"]]
