"""The variables of the Terraform configuration: this repository's settings, the platform's facts, the release."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.failures import SettingsError
from deploy.instances import has_local_storage
from deploy.names import versioned_name
from deploy.resolve import Release
from deploy.settings import ROLLOUT_TIMEOUT_MINUTES, Alarms, EndpointSettings, Rollout, Variant
from deploy.target import Facts

_SECONDS = 60
_MICROSECONDS = 1000  # in a millisecond

Counts = Callable[[str], Mapping[str, int]]
"""From the name of an endpoint configuration to the instances that its variants start with, where it is not what the
settings say."""

_LATENCY = {"whole-answer": "ModelLatency", "first-chunk": "FirstChunkModelLatency"}


def _as_settings_say(name: str) -> Mapping[str, int]:
    return {}


def variables(
    settings: EndpointSettings,
    facts: Facts,
    release: Release,
    configuration: Path,
    counts: Counts = _as_settings_say,
) -> dict[str, Any]:
    """The content of terraform.tfvars.json.

    Args:
        configuration: the folder of the Terraform files. The names contain a digest of the file that describes the
            resource, too: what is changed there makes another resource, and needs another name.
        counts: with how many instances variants start; it is no part of the names, so that what scaling does starts
            no rollout.

    Raises:
        SettingsError: the platform asks for something that the settings exclude.
    """
    problems = list(_refusals(settings, facts))
    if problems:
        raise SettingsError(problems)
    model = {
        "model_package_arn": release.model_package_arn,
        "execution_role_arn": facts.execution_role_arn,
        "enable_network_isolation": facts.enable_network_isolation,
        "subnet_ids": facts.subnet_ids,
        "security_group_ids": facts.security_group_ids,
    }
    model_name = _name(facts, release, model, configuration / "model.tf")
    variants = {name: _variant(variant) for name, variant in settings.variants.items()}
    endpoint_configuration = {
        "volume_kms_key_arn": _volume_key(settings, facts),
        "variants": variants,
        "data_capture": _data_capture(settings, facts),
    }
    content = {"model_name": model_name, **_without_scaling(endpoint_configuration)}
    name = _name(facts, release, content, configuration / "endpoint_configuration.tf")
    for variant, count in counts(name).items():
        variants[variant]["instance_count"] = count
    return {
        "region": facts.region,
        "tags": facts.tags,
        "endpoint_name": facts.endpoint_name,
        "model_name": model_name,
        "endpoint_configuration_name": name,
        **model,
        **endpoint_configuration,
        "alarms": _alarms(settings.alarms),
        "alarm_actions": settings.alarms.notify,
        "rollout": None if settings.serverless else _rollout(settings.rollout),
    }


def _refusals(settings: EndpointSettings, facts: Facts) -> Iterator[str]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, the excluded features"""
    if settings.serverless and facts.enable_network_isolation:
        yield f"{facts.environment}: serverless has no network isolation, which the platform asks for"
    if settings.serverless and facts.subnet_ids:
        yield f"{facts.environment}: serverless runs in no VPC, which the platform asks for"


def _name(facts: Facts, release: Release, content: dict[str, Any], file: Path) -> str:
    described = [content, file.read_text(encoding="utf-8")]
    return versioned_name(facts.endpoint_name, release.model_package_version or 0, described)


def _volume_key(settings: EndpointSettings, facts: Facts) -> str | None:
    """Serverless has no volume; local NVMe storage is encrypted by its own hardware, and takes no key."""
    types = [variant.instance_type for variant in settings.variants.values()]
    keyless = any(instance_type is None or has_local_storage(instance_type) for instance_type in types)
    return None if keyless else facts.kms_key_arn


def _variant(variant: Variant) -> dict[str, Any]:
    return {**variant.model_dump(), "routing": variant.routing and variant.routing.replace("-", "_").upper()}


def _without_scaling(endpoint_configuration: dict[str, Any]) -> dict[str, Any]:
    """What the configuration consists of: autoscaling is a resource of its own."""
    variants = {
        name: {key: value for key, value in variant.items() if key != "autoscaling"}
        for name, variant in endpoint_configuration["variants"].items()
    }
    return {**endpoint_configuration, "variants": variants}


def _data_capture(settings: EndpointSettings, facts: Facts) -> dict[str, Any] | None:
    if facts.data_capture_uri is None or settings.data_capture.percentage == 0:
        return None
    return {
        "uri": facts.data_capture_uri,
        "percentage": settings.data_capture.percentage,
        "kms_key_arn": facts.kms_key_arn,
    }


def _alarms(alarms: Alarms) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html; latency is in microseconds."""
    return {
        "server-errors": {
            "metric": "Invocation5XXErrors",
            "statistic": "Sum",
            "above": alarms.server_errors.above,
            "minutes": alarms.server_errors.minutes,
        },
        "latency": {
            "metric": _LATENCY[alarms.latency.of],
            "statistic": alarms.latency.statistic.replace("average", "Average"),
            "above": alarms.latency.above_ms * _MICROSECONDS,
            "minutes": alarms.latency.minutes,
        },
    }


def _rollout(rollout: Rollout) -> dict[str, Any]:
    return {
        "type": rollout.type.replace("-", "_").upper(),
        "percentage": rollout.percentage,
        "wait_seconds": rollout.wait_minutes * _SECONDS,
        "keep_old_seconds": rollout.keep_old_minutes * _SECONDS,
        "timeout_seconds": ROLLOUT_TIMEOUT_MINUTES * _SECONDS,
    }
