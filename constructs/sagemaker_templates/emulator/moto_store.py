"""The one place that reaches into moto's stores; the protocols say what is relied on there."""

from collections.abc import Iterable, Mapping, MutableMapping
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

    model_packages: MutableMapping[str, ModelPackage]
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
    role: str
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


class Bucket(Protocol):
    """A bucket.

    Attributes:
        encryption: its default, as PutBucketEncryption took it, with one ``Rule``.
        multiparts: uploads in parts, by their ids.
    """

    account_id: str
    region_name: str
    encryption: JsonObject | None
    multiparts: Mapping[str, "Encrypted"]


class Encrypted(Protocol):
    """An object in a bucket, or one that is being uploaded in parts."""

    kms_key_id: str | None


class StoredObject(Encrypted, Protocol):
    """An object in a bucket; whether a key of the bucket's encrypts it is text or not, as the request came."""

    encryption: str | None
    bucket_key_enabled: str | bool | None


class Key(Protocol):
    """A KMS key."""

    arn: str
    aliases: Mapping[str, object]


class Role(Protocol):
    """An IAM role."""

    arn: str
    tags: Tags
    permissions_boundary_arn: str | None


class Secret(Protocol):
    """A secret."""

    arn: str
    kms_key_id: str | None


class Interface(Identified, Protocol):
    """A network interface."""

    subnet: Subnet


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


def bucket(name: str) -> Bucket | None:
    """Return a bucket, whosever it is; there is one of a name."""
    from moto.s3.models import s3_backends

    partition, account = s3_backends.bucket_accounts.get(name, ("", ""))
    backend = _existing(s3_backends, account, partition)
    return cast(Bucket, backend.buckets[name]) if backend and name in backend.buckets else None


def stored_object(bucket_name: str, key: str, version: str | None) -> StoredObject | None:
    """Return an object, or one version of it."""
    from moto.s3.models import FakeKey

    found: Any = bucket(bucket_name)
    if found is None or key not in found.keys:
        return None
    if version is None:
        stored = found.keys[key]
    else:
        stored = next((one for one in found.keys.getlist(key) if str(one.version_id) == version), None)
    return cast(StoredObject, stored) if isinstance(stored, FakeKey) else None  # a marker of deletion is none


def upload(bucket_name: str, id_: str) -> Encrypted | None:
    """Return an upload in parts that has not ended."""
    found = bucket(bucket_name)
    return found.multiparts.get(id_) if found else None


def key(place: Place, reference: str) -> Key | None:
    """Return a KMS key by its id, its ARN, an alias or an alias's ARN."""
    from moto.kms.models import kms_backends

    name = reference.rpartition(":key/")[2] if ":key/" in reference else reference.rpartition(":")[2]
    backend = _existing(kms_backends, place.account, place.region)
    keys: Iterable[Any] = backend.keys.values() if backend else ()
    return next((cast(Key, one) for one in keys if name == one.id or name in one.aliases), None)


def new_key(place: Place, name: str) -> Key:
    """Create a KMS key with a policy that leaves its use to IAM.

    Args:
        name: its alias, which begins with ``alias/``, or its id: moto would draw one.
    """
    from moto.kms.models import kms_backends

    backend = kms_backends[place.account][place.region]
    made = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "was there before", None)
    if name.startswith("alias/"):
        backend.create_alias(made.id, name)
    else:
        made.id, made.arn, drawn = name, made.arn.replace(made.id, name), made.id
        backend.keys[name] = backend.keys.pop(drawn)
    return cast(Key, made)


def key_of_ciphertext(blob: bytes) -> str:
    """Return the id of the key that something was encrypted with: it stands before what is encrypted."""
    from moto.kms.utils import KEY_ID_LEN

    return blob[:KEY_ID_LEN].decode(errors="replace")


def role(account: str, partition: str, name: str) -> Role | None:
    """Return a role by its name, which is an account's own whatever its path."""
    from moto.iam.models import iam_backends

    backend = _existing(iam_backends, account, partition)
    roles: Iterable[Any] = backend.roles.values() if backend else ()
    return next((cast(Role, one) for one in roles if one.name == name), None)


def secret(place: Place, reference: str) -> Secret | None:
    """Return a secret by its name, its ARN or the part of it before the last hyphen."""
    from moto.secretsmanager.models import secretsmanager_backends

    backend = _existing(secretsmanager_backends, place.account, place.region)
    return cast(Secret | None, backend.secrets.get(reference)) if backend else None


def key_of_parameter(place: Place, name: str) -> str | None:
    """Return what Parameter Store was told to encrypt a secure string with; nothing for other parameters."""
    from moto.ssm.models import ssm_backends

    backend = _existing(ssm_backends, place.account, place.region)
    versions: Any = backend._parameters.get(name) if backend else None
    return versions[-1].keyid if versions and versions[-1].parameter_type == "SecureString" else None


def key_of_topic(place: Place, arn: str) -> str | None:
    """Return what an SNS topic is encrypted with."""
    from moto.sns.models import sns_backends

    backend = _existing(sns_backends, place.account, place.region)
    return (backend.topics[arn].kms_master_key_id or None) if backend and arn in backend.topics else None


def key_of_queue(place: Place, name: str) -> str | None:
    """Return what an SQS queue is encrypted with."""
    from moto.sqs.models import sqs_backends

    backend = _existing(sqs_backends, place.account, place.region)
    return (backend.queues[name].kms_master_key_id or None) if backend and name in backend.queues else None


def key_of_endpoint_configuration(place: Place, name: str) -> str | None:
    """Return what the volumes of a configuration's instances are encrypted with."""
    from moto.sagemaker.models import sagemaker_backends

    backend = _existing(sagemaker_backends, place.account, place.region)
    found: Any = backend.endpoint_configs.get(name) if backend else None
    return found.kms_key_id if found else None


def network_interface(place: Place, id_: str) -> Interface | None:
    """Return a network interface."""
    return cast(Interface | None, _ec2(place).enis.get(id_)) if _ec2(place) else None


def vpc_of(place: Place, id_: str) -> str | None:
    """Return the id of the VPC of a subnet or a security group."""
    backend: Any = _ec2(place)
    if backend is None:
        return None
    groups = [*backend.subnets.values(), *backend.groups.values()]
    return next((str(group[id_].vpc_id) for group in groups if id_ in group), None)


def tags_of_network(place: Place, id_: str) -> dict[str, str]:
    """Return the tags of something of EC2's."""
    backend: Any = _ec2(place)
    return dict(backend.tags.get(id_, {})) if backend else {}


def tags_of_resource(service: str, place: Place, arn: str) -> dict[str, str]:
    """Return the tags of a resource, as moto keeps them for most services; none for a service that moto lacks.

    Args:
        service: as moto names it, which is botocore's name.
        place: for S3 and IAM the region is the partition.
    """
    from moto.backends import get_backend

    try:
        stores = get_backend(cast(Any, service))
    except ImportError:
        return {}
    backend = _existing(stores, place.account, place.region)
    tagger = getattr(backend, "tagger", None)
    if tagger is not None and arn in tagger.tags:
        return dict(tagger.get_tag_dict_for_resource(arn))
    resources: Iterable[Any] = getattr(backend, "iter_tagged_resources", tuple)()
    return next((dict(one.tags) for one in resources if one.arn == arn), {})


def tags_of_pipeline(place: Place, name: str) -> dict[str, str]:
    """Return the tags of a CodePipeline pipeline."""
    from moto.codepipeline.models import codepipeline_backends

    backend = _existing(codepipeline_backends, place.account, place.region)
    return dict(backend.pipelines[name].tags) if backend and name in backend.pipelines else {}


def _ec2(place: Place) -> Any:
    from moto.ec2.models import ec2_backends

    return _existing(ec2_backends, place.account, place.region)


def _existing(stores: Any, account: str, region: str) -> Any:
    """Return a service's store in one account and region, if there is one: moto would make what is asked for."""
    if account not in dict.keys(stores) or region not in dict.keys(stores[account]):
        return None
    return stores[account][region]
