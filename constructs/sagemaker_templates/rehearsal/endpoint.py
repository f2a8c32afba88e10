"""What SageMaker does as the role of an endpoint: image, model, logs, alarms, network."""

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.acting import RoleSession, account_of, session_of
from sagemaker_templates.rehearsal.captured import Capture
from sagemaker_templates.rehearsal.containers.known import Served
from sagemaker_templates.rehearsal.images import parts_of_image, some_layers
from sagemaker_templates.rehearsal.interfaces import interfaces_in

Json = Mapping[str, Any]

_NAMESPACE = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True)
class ServedEndpoint:
    """An endpoint that stands in the emulator, with one model.

    Attributes:
        account: that it is in.
    """

    emulator: Emulator
    account: str
    region: str
    name: str

    @cached_property
    def described(self) -> Json:
        """What SageMaker says of it."""
        found: Json = self._client("sagemaker").describe_endpoint(EndpointName=self.name)
        return found

    @property
    def role(self) -> str:
        """The name of the role that its containers run as."""
        return str(self._model["ExecutionRoleArn"]).rpartition("/")[2]

    @property
    def package(self) -> str:
        """The ARN of the version of the model that it serves, whosever it is."""
        return str((self._model.get("PrimaryContainer") or self._model["Containers"][0])["ModelPackageName"])

    @property
    def image(self) -> str:
        """The image of its container."""
        return str(self._container["Image"])

    @property
    def capture(self) -> Capture | None:
        """What it captures; None for nothing."""
        return Capture.of(self._configuration)

    @property
    def variant(self) -> str:
        """The name of its only variant."""
        return str(self._variant["VariantName"])

    @property
    def configuration(self) -> str:
        """The name of the configuration that it serves with."""
        return str(self.described["EndpointConfigName"])

    @property
    def model(self) -> str:
        """The name of the model that it serves."""
        return str(self._variant["ModelName"])

    @property
    def alarms(self) -> list[str]:
        """The names of the alarms that guard its rollouts."""
        rollback = self.described.get("LastDeploymentConfig", {}).get("AutoRollbackConfiguration", {})
        return [one["AlarmName"] for one in rollback.get("Alarms", [])]

    @property
    def routing(self) -> str:
        """How traffic was moved to what serves, in SageMaker's words, such as ``CANARY``."""
        policy = self.described.get("LastDeploymentConfig", {}).get("BlueGreenUpdatePolicy", {})
        return str(policy.get("TrafficRoutingConfiguration", {}).get("Type", "ALL_AT_ONCE"))

    @cached_property
    def session(self) -> RoleSession:
        """SageMaker acting as the endpoint's role.

        Raises:
            EmulatorError: the role does not trust SageMaker.
        """
        role = self._model["ExecutionRoleArn"]
        return session_of(self.emulator, role, "sagemaker.amazonaws.com", self.region, self._arn)

    def start(self) -> Served:
        """Do what SageMaker does when it starts, and while it serves; returns what its container is made of.

        Raises:
            ClientError, RightMissing: the endpoint's role may not do all of it.
            EmulatorError: the role does not trust SageMaker.
        """
        actor = self.session
        archive = self._loaded(actor)
        actor.does("endpoint-log", {"log-group": f"{_NAMESPACE}/{self.name}", "log-stream": "main/i-1"})
        actor.does("endpoint-metrics", {"namespace": _NAMESPACE})
        if key := self._configuration.get("KmsKeyId"):
            actor.does("encrypt-endpoint-volumes", {"volume-key": key})
        if self.alarms:
            actor.does("alarms-of-a-rollback", {"alarms": self.alarms})
        if network := self._model.get("VpcConfig"):
            with interfaces_in(self.emulator, self.account, self.region, network["Subnets"]) as interfaces:
                given = {"subnets": network["Subnets"], "security-groups": network["SecurityGroupIds"]}
                actor.does("endpoint-in-vpc", {**given, "interfaces": interfaces})
        environment = tuple(sorted(dict(self._container.get("Environment", {})).items()))
        return Served(self.image, archive, environment, bool(self._model.get("EnableNetworkIsolation")))

    def _loaded(self, actor: RoleSession) -> bytes:
        """What the container finds as its model, as a tar archive; it may be another account's, as the image."""
        image = {**parts_of_image(self.image), "layers": some_layers()}
        source = self._container.get("ModelDataSource", {}).get("S3DataSource", {})
        if source.get("S3DataType") == "S3Prefix":
            return self._loaded_files(actor, image, *_parts(source["S3Uri"]))
        bucket, key = _parts(source.get("S3Uri") or self._container["ModelDataUrl"])
        actor.does("start-endpoint", {**image, "model-bucket": bucket, "model-keys": [key]})
        return _read(actor, bucket, key)

    @staticmethod
    def _loaded_files(actor: RoleSession, image: Mapping[str, Any], bucket: str, prefix: str) -> bytes:
        """Everything below a prefix, file by file, at its path below it
        (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html)."""
        pages = actor.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [str(one["Key"]) for page in pages for one in page.get("Contents", [])]
        given = {"model-bucket": bucket, "model-prefix": prefix, "model-keys": keys}
        actor.does("start-endpoint", {**image, **given})
        return packed({key.removeprefix(prefix): _read(actor, bucket, key) for key in keys})

    @property
    def _arn(self) -> str:
        return str(self.described["EndpointArn"])

    @cached_property
    def _configuration(self) -> Json:
        client = self._client("sagemaker")
        found: Json = client.describe_endpoint_config(EndpointConfigName=self.configuration)
        return found

    @property
    def _variant(self) -> Json:
        (variant,) = self._configuration["ProductionVariants"]
        found: Json = variant
        return found

    @cached_property
    def _model(self) -> Json:
        found: Json = self._client("sagemaker").describe_model(ModelName=self._variant["ModelName"])
        return found

    @cached_property
    def _container(self) -> Json:
        """That of the model package, whosever it is."""
        return _container_of(self.emulator, self.package, self.region)

    def _client(self, service: str) -> Any:
        return self.emulator.client(service, self.account, self.region)


def image_of(emulator: Emulator, package: str, region: str) -> str:
    """Return the image that a version of a model is registered with.

    Args:
        package: its ARN.
        region: of its registry.
    """
    return str(_container_of(emulator, package, region)["Image"])


def _container_of(emulator: Emulator, package: str, region: str) -> Json:
    registry = emulator.client("sagemaker", account_of(package), region)
    described = registry.describe_model_package(ModelPackageName=package)
    found: Json = described["InferenceSpecification"]["Containers"][0]
    return found


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _read(actor: RoleSession, bucket: str, key: str) -> bytes:
    content: bytes = actor.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by their paths; the same files give the same archive."""
    archive = BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            opened.addfile(entry, BytesIO(content))
    return archive.getvalue()
