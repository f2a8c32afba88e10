"""What SageMaker does as the role of an endpoint: image, model, logs, alarms, network."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
        """The archive of the model, which may be another account's, as the image."""
        container = self._container
        bucket, _, key = str(container["ModelDataUrl"]).removeprefix("s3://").partition("/")
        image = {**parts_of_image(container["Image"]), "layers": some_layers()}
        actor.does("start-endpoint", {**image, "model-bucket": bucket, "model-keys": [key]})
        archive: bytes = actor.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return archive

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
        registry = self.emulator.client("sagemaker", account_of(self.package), self.region)
        described = registry.describe_model_package(ModelPackageName=self.package)
        found: Json = described["InferenceSpecification"]["Containers"][0]
        return found

    def _client(self, service: str) -> Any:
        return self.emulator.client(service, self.account, self.region)
