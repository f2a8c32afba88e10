"""The one place that reaches into moto's stores; the protocols say what is relied on there."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any, Protocol, cast

from sagemaker_templates.emulator.call import JsonObject, Place

Tags = list[dict[str, str]]


class Identified(Protocol):
    """Anything of EC2's."""

    id: str


class Subnet(Identified, Protocol):
    """A subnet."""

    vpc_id: str


class Zone(Protocol):
    """An availability zone."""

    name: str


class Ec2(Protocol):
    """EC2 in one account and region."""

    vpcs: Mapping[str, Identified]
    groups: Mapping[str, Mapping[str, Identified]]

    def create_vpc(self, cidr_block: str) -> Identified:
        """Create a VPC."""

    def describe_subnets(self) -> list[Subnet]:
        """Return all subnets."""

    def describe_availability_zones(self) -> list[Zone]:
        """Return the region's zones."""

    def create_subnet(self, vpc_id: str, cidr_block: str, *, availability_zone: str) -> Subnet:
        """Create a subnet."""

    def create_security_group(self, name: str, description: str, *, vpc_id: str) -> Identified:
        """Create a security group."""


class LogGroup(Protocol):
    """A log group."""

    kms_key_id: str | None


class BuildProject(Protocol):
    """A CodeBuild project."""

    project_metadata: JsonObject


class CodeBuild(Protocol):
    """CodeBuild in one account and region."""

    codebuild_projects: MutableMapping[str, BuildProject]
    build_history: MutableMapping[str, list[str]]

    def delete_project(self, project_name: str) -> None:
        """Delete a project and its builds."""


class CodePipeline(Protocol):
    """CodePipeline in one account and region."""

    pipelines: Mapping[str, object]


class ModelPackage(Protocol):
    """A version of a model in the registry."""

    model_package_group_name: str | None


class Tagged(Protocol):
    """A SageMaker resource."""

    tags: Tags | None


class Endpoint(Tagged, Protocol):
    """A SageMaker endpoint."""

    arn: str
    creation_time: datetime
    failure_reason: str | None


class SageMaker(Protocol):
    """SageMaker in one account and region."""

    model_packages: Mapping[str, ModelPackage]
    model_package_groups: MutableMapping[str, Tagged]
    endpoints: Mapping[str, Endpoint]
    endpoint_configs: Mapping[str, Tagged]

    def create_endpoint(self, endpoint_name: str, endpoint_config_name: str, tags: Tags) -> Endpoint:
        """Create an endpoint."""

    def _get_resource_from_arn(self, arn: str) -> Tagged | None: ...


class ScalableTarget(Protocol):
    """Something that Application Auto Scaling scales."""

    arn: str


class ScalingPolicy(Protocol):
    """A policy of something that Application Auto Scaling scales."""

    policy_name: str
    resource_id: str
    scalable_dimension: str


class Alarm(Protocol):
    """A CloudWatch alarm."""

    state_value: str


class LogStore(Protocol):
    """CloudWatch Logs in one account and region."""

    groups: Mapping[str, object]


class Function(Protocol):
    """A Lambda function."""

    function_name: str
    function_arn: str
    handler: str
    run_time: str
    package_type: str
    timeout: int
    memory_size: int
    version: str | int
    environment_vars: Mapping[str, str]
    code_bytes: bytes
    logs_group_name: str
    logs_backend: LogStore

    def save_logs(self, output: str) -> None:
        """Write to the function's log group."""


def forget() -> None:
    """Drop the stores that moto's reset would build anew, only to drop them itself: that takes seconds."""
    from moto.core.base_backend import BackendDict, BaseBackend

    for stores in list(BackendDict._instances):
        if stores.backend.reset is BaseBackend.reset:
            stores.clear()


def account_of_key(key: str) -> str | None:
    """Return the account whose role was assumed with a key.

    Only what exists is looked at: moto's own search first creates every account's identities in every partition.
    """
    from moto.iam.models import iam_backends

    for account, partitions in list(iam_backends.items()):
        for identities in list(dict.values(partitions)):
            if key in identities.access_keys:
                return str(account)
    return None


def secret_of_key(key: str) -> str | None:
    """Return the secret of an access key that was given out: for a role that was assumed, or to a user."""
    from moto.iam.models import iam_backends

    for partitions in list(iam_backends.values()):
        for identities in list(dict.values(partitions)):
            if found := identities.access_keys.get(key):
                return str(found.secret_access_key)
    return None


def ec2(place: Place) -> Ec2:
    """Return EC2's store."""
    from moto.ec2.models import ec2_backends

    return cast(Ec2, ec2_backends[place.account][place.region])


def codepipeline(place: Place) -> CodePipeline:
    """Return CodePipeline's store."""
    from moto.codepipeline.models import codepipeline_backends

    return cast(CodePipeline, codepipeline_backends[place.account][place.region])


def codebuild(place: Place) -> CodeBuild:
    """Return CodeBuild's store."""
    from moto.codebuild.models import codebuild_backends

    return cast(CodeBuild, codebuild_backends[place.account][place.region])


def build_project(place: Place, metadata: Mapping[str, Any]) -> BuildProject:
    """Return a project as moto keeps it, with exactly the given settings."""
    from moto.codebuild.models import CodeBuild as Project

    project = Project(
        place.account,
        place.region,
        project_name=metadata["name"],
        description=metadata.get("description"),
        project_source=metadata["source"],
        artifacts=metadata["artifacts"],
        environment=metadata["environment"],
        serviceRole=metadata["serviceRole"],
    )
    project.project_metadata = metadata
    return cast(BuildProject, project)


def sagemaker(place: Place) -> SageMaker:
    """Return SageMaker's store."""
    from moto.sagemaker.models import sagemaker_backends

    return cast(SageMaker, sagemaker_backends[place.account][place.region])


def sagemaker_resource(place: Place, arn: str) -> Tagged | None:
    """Return the SageMaker resource with an ARN, if there is one."""
    try:
        return sagemaker(place)._get_resource_from_arn(arn)
    except (AttributeError, ValueError):  # moto's way of saying that it does not know the kind
        return None


def alarms(place: Place) -> Mapping[str, Alarm]:
    """Return CloudWatch's alarms by name."""
    from moto.cloudwatch.models import cloudwatch_backends

    return cast(Mapping[str, Alarm], cloudwatch_backends[place.account][place.region].alarms)


def log_groups(place: Place) -> Mapping[str, LogGroup]:
    """Return CloudWatch Logs' groups by name."""
    from moto.logs.models import logs_backends

    return cast(Mapping[str, LogGroup], logs_backends[place.account][place.region].groups)


def scalable_targets(place: Place) -> Mapping[str, Mapping[str, ScalableTarget]]:
    """Return what Application Auto Scaling scales, by dimension and id."""
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    return cast(
        Mapping[str, Mapping[str, ScalableTarget]],
        applicationautoscaling_backends[place.account][place.region].targets,
    )


def scaling_policies(place: Place) -> list[ScalingPolicy]:
    """Return the policies of all that Application Auto Scaling scales."""
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    return cast(
        list[ScalingPolicy], list(applicationautoscaling_backends[place.account][place.region].policies.values())
    )


def function(place: Place, name: str) -> Function | None:
    """Return a Lambda function by name or ARN, if there is one."""
    from moto.awslambda.exceptions import UnknownFunctionException
    from moto.awslambda.utils import get_backend

    try:
        return cast(Function, get_backend(place.account, place.region).get_function(name))
    except UnknownFunctionException:
        return None
