"""One release has taken the place of another: what every endpoint serves now, and what is gone of before."""

from collections.abc import Mapping
from typing import Any

from sagemaker_templates.rehearsal.endpoint import ServedEndpoint
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings


def check_replaced(happenings: Happenings, before: ServedEndpoint, after: ServedEndpoint, version: str) -> None:
    """The same endpoint serves another version, guarded by alarms that are there, and nothing is left of before.

    Args:
        before: as it was described while the earlier release served.
        version: the ARN of the model that is to be served.

    Raises:
        RehearsalFailed: it does not.
    """
    wrong = [*_serves(after, version), *_guarded(happenings, after), *_left(happenings, before, after)]
    if wrong:
        happenings.fail(ADMINISTRATOR, f"{after.name}: {'; '.join(wrong)}")
    told = f"{after.name} serves {version.rpartition(':model-package/')[2]}, rolled out {after.routing}"
    happenings.note(ADMINISTRATOR, f"{told}; the earlier model and configuration are gone")


def _serves(endpoint: ServedEndpoint, version: str) -> list[str]:
    return [] if endpoint.package == version else [f"it serves {endpoint.package}, not {version}"]


def _guarded(happenings: Happenings, endpoint: ServedEndpoint) -> list[str]:
    """An alarm that is not there guards nothing; one that is on has rolled back."""
    cloudwatch = happenings.emulator.client("cloudwatch", endpoint.account, endpoint.region)
    found: list[Mapping[str, Any]] = cloudwatch.describe_alarms(AlarmNames=endpoint.alarms)["MetricAlarms"]
    on = [each["AlarmName"] for each in found if each["StateValue"] == "ALARM"]
    missing = sorted(set(endpoint.alarms) - {each["AlarmName"] for each in found})
    return [*(f"the alarm {name} is not there" for name in missing), *(f"the alarm {name} is on" for name in on)]


def _left(happenings: Happenings, before: ServedEndpoint, after: ServedEndpoint) -> list[str]:
    sagemaker = happenings.emulator.client("sagemaker", after.account, after.region)
    configurations = {one["EndpointConfigName"] for one in sagemaker.list_endpoint_configs()["EndpointConfigs"]}
    models = {one["ModelName"] for one in sagemaker.list_models()["Models"]}
    left = [name for name in (before.configuration, before.model) if name in configurations | models]
    return [f"{name} of the earlier release is still there" for name in left]
