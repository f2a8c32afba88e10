"""Lambda function: removes an endpoint and all that belongs to it when Terraform destroys its target, and only then.

The endpoint lies in a state of its own, which the project's pipeline applies: without this function it would run on,
known to no Terraform, after the pipeline that could remove it is gone. Runs with what the Lambda runtime has.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECONDS_BETWEEN_LOOKS = 10
_NEEDED_FOR_THE_REST_MS = 30_000
_IN_PROGRESS = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
_ALARMS_AT_ONCE = 100
"""What DeleteAlarms takes (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html)."""


class StillInProgressError(Exception):
    """The endpoint is being changed, and the function may not run longer; the next destroy goes on from here."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Retire one endpoint if Terraform deletes the invocation; do nothing if it creates or updates it.

    Running it again, or for an endpoint that was never created, is no error; nor is what vanishes while it runs.

    Args:
        event: ``endpoint``, its name; ``names_begin_with``, how the names of its configurations, models and alarms
            begin; and ``tf``, which Terraform's provider adds: ``action`` is ``create``, ``update`` or ``delete``.
        context: Lambda's own; says how much time is left.

    Returns:
        ``removed``: the names of what was removed, by kind.

    Raises:
        StillInProgressError: the endpoint did not come to rest in time.
    """
    if event["tf"]["action"] != "delete":
        return {"removed": {}}
    endpoint, prefix = event["endpoint"], event["names_begin_with"]
    return {
        "removed": {
            "scalable targets": _deregister_scaling(endpoint),
            "endpoints": _delete_endpoint(endpoint, context),
            "endpoint configurations": _delete_configurations(prefix),
            "models": _delete_models(prefix),
            "alarms": _delete_alarms(prefix),
        }
    }


def _deregister_scaling(endpoint: str) -> list[str]:
    """Before the endpoint goes: its scaling policies and their alarms go with the target."""
    scaling = boto3.client("application-autoscaling")
    pages = scaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="sagemaker")
    own = [
        target
        for page in pages
        for target in page["ScalableTargets"]
        if target["ResourceId"].startswith(f"endpoint/{endpoint}/")
    ]
    return [
        target["ResourceId"]
        for target in own
        if _removed(
            scaling.deregister_scalable_target,
            ServiceNamespace="sagemaker",
            ResourceId=target["ResourceId"],
            ScalableDimension=target["ScalableDimension"],
        )
    ]


def _delete_endpoint(endpoint: str, context: Any) -> list[str]:
    """Delete it once it is at rest, and wait until it is gone: until then it needs its key and its role."""
    sagemaker = boto3.client("sagemaker")
    if _at_rest(endpoint, context) is None or not _removed(sagemaker.delete_endpoint, EndpointName=endpoint):
        return []
    _at_rest(endpoint, context)
    return [endpoint]


def _at_rest(endpoint: str, context: Any) -> str | None:
    """Wait until SageMaker is not changing the endpoint; its status, or None where there is none."""
    while (status := _status(endpoint)) in _IN_PROGRESS:
        if context.get_remaining_time_in_millis() < _NEEDED_FOR_THE_REST_MS:
            raise StillInProgressError(f"the endpoint {endpoint} is still {status}; destroy again")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return status


def _status(endpoint: str) -> str | None:
    try:
        return str(boto3.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointStatus"])
    except ClientError as error:
        if _is_missing(error):
            return None
        raise


def _removed(remove: Callable[..., Any], **names: Any) -> bool:
    """Remove something; false where somebody else did so since it was listed."""
    try:
        remove(**names)
    except ClientError as error:
        if _is_missing(error):
            return False
        raise
    return True


_MISSING = {"ObjectNotFoundException", "ResourceNotFound", "ResourceNotFoundException"}
"""Of Application Auto Scaling and of CloudWatch."""


def _is_missing(error: ClientError) -> bool:
    """SageMaker has no error code of its own for what is not there."""
    told = error.response["Error"]
    if told["Code"] in _MISSING:
        return True
    return told["Code"] == "ValidationException" and "could not find" in told["Message"].lower()


def _delete_configurations(prefix: str) -> list[str]:
    sagemaker = boto3.client("sagemaker")
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(NameContains=prefix)
    names = _beginning(prefix, (config["EndpointConfigName"] for page in pages for config in page["EndpointConfigs"]))
    return [name for name in names if _removed(sagemaker.delete_endpoint_config, EndpointConfigName=name)]


def _delete_models(prefix: str) -> list[str]:
    sagemaker = boto3.client("sagemaker")
    pages = sagemaker.get_paginator("list_models").paginate(NameContains=prefix)
    names = _beginning(prefix, (model["ModelName"] for page in pages for model in page["Models"]))
    return [name for name in names if _removed(sagemaker.delete_model, ModelName=name)]


def _delete_alarms(prefix: str) -> list[str]:
    cloudwatch = boto3.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    names = _beginning(prefix, (alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]))
    groups = [names[first : first + _ALARMS_AT_ONCE] for first in range(0, len(names), _ALARMS_AT_ONCE)]
    return [name for group in groups for name in _delete_group_of_alarms(cloudwatch, group)]


def _delete_group_of_alarms(cloudwatch: Any, names: list[str]) -> list[str]:
    """All in one request; one after the other if that fails for one that is gone, for then none is deleted."""
    if _removed(cloudwatch.delete_alarms, AlarmNames=names):
        return names
    return [name for name in names if _removed(cloudwatch.delete_alarms, AlarmNames=[name])]


def _beginning(prefix: str, names: Iterable[str]) -> list[str]:
    """The services search inside names; only what begins with the prefix is the endpoint's."""
    return sorted(name for name in names if name.startswith(prefix))
