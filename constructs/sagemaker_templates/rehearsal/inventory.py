"""What stands in an account: asked of AWS service by service, as its administrator."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sagemaker_templates.emulator import Emulator


class _Listed(NamedTuple):
    service: str
    operation: str
    member: str
    name: str = ""
    given: tuple[tuple[str, Any], ...] = ()


_LISTED = (
    _Listed("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId",
            (("ServiceNamespace", "sagemaker"),)),
    _Listed("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    _Listed("codebuild", "list_projects", "projects"),
    _Listed("codecommit", "list_repositories", "repositories", "repositoryName"),
    _Listed("codepipeline", "list_pipelines", "pipelines", "name"),
    _Listed("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    _Listed("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    _Listed("events", "list_rules", "Rules", "Name"),
    _Listed("iam", "list_roles", "Roles", "Arn"),
    _Listed("kms", "list_aliases", "Aliases", "AliasName"),
    _Listed("lambda", "list_functions", "Functions", "FunctionName"),
    _Listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
    _Listed("s3", "list_buckets", "Buckets", "Name"),
    _Listed("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    _Listed("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    _Listed("sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName"),
    _Listed("sagemaker", "list_models", "Models", "ModelName"),
    _Listed("sagemaker", "list_pipelines", "PipelineSummaries", "PipelineName"),
    _Listed("ssm", "describe_parameters", "Parameters", "Name"),
)  # fmt: skip


def standing(emulator: Emulator, account: str, region: str) -> frozenset[str]:
    """Everything of the kinds that stacks, builds and deployments make, each as its service, its kind and its name.

    Keys that are to be deleted do not count.
    """
    listed = (each for kind in _LISTED for each in _names(emulator.client(kind.service, account, region), kind))
    return frozenset([*listed, *_keys(emulator.client("kms", account, region))])


def _names(client: Any, kind: _Listed) -> Iterator[str]:
    given = dict(kind.given)
    if client.can_paginate(kind.operation):
        pages = client.get_paginator(kind.operation).paginate(**given)
    else:
        pages = [getattr(client, kind.operation)(**given)]
    for page in pages:
        for one in page.get(kind.member, []):
            yield f"{kind.service} {kind.member} {one[kind.name] if kind.name else one}"


def _keys(kms: Any) -> Iterator[str]:
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion":
                yield f"kms {key['KeyId']}"
