"""With how many instances a rollout starts: with as many as there are, not with as many as there once were."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from deploy.settings import EndpointSettings

# boto3 makes its clients at run time.
SageMakerClient = Any

_NOT_FOUND = "Could not find"


def starting_counts(
    client: SageMakerClient, endpoint: str, configuration: str, settings: EndpointSettings
) -> Mapping[str, int]:
    """The instances that the variants of an endpoint configuration start with, where the settings do not decide.

    An endpoint configuration cannot change: one that is there keeps its counts. In a new one, a variant that scales
    by itself starts with what it has now, within the limits of its scaling, and never below ``instance-count``:
    SageMaker takes an update's number of instances from the new configuration
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html, RetainAllVariantProperties).
    """
    there = _found(client.describe_endpoint_config, EndpointConfigName=configuration)
    if there:
        return _counts(there, "InitialInstanceCount", settings)
    present = _counts(_found(client.describe_endpoint, EndpointName=endpoint), "DesiredInstanceCount", settings)
    return {name: _within(settings, name, count) for name, count in present.items()}


def _found(describe: Any, **which: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = describe(**which)
    except ClientError as error:
        if _NOT_FOUND in str(error):
            return {}
        raise
    return found


def _counts(described: Mapping[str, Any], member: str, settings: EndpointSettings) -> dict[str, int]:
    """Of the variants that scale by themselves."""
    scaled = {name for name, variant in settings.variants.items() if variant.autoscaling}
    return {
        variant["VariantName"]: variant[member]
        for variant in described.get("ProductionVariants", [])
        if variant["VariantName"] in scaled and variant.get(member)
    }


def _within(settings: EndpointSettings, name: str, count: int) -> int:
    variant = settings.variants[name]
    highest = variant.autoscaling.max if variant.autoscaling else count
    return min(max(count, variant.instance_count or 1), highest)
