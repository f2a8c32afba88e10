"""What SageMaker does as the role of an endpoint: image, model, logs, captured data, alarms, network."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.acting import RoleSession, account_of, session_of
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

    def start(self) -> None:
        """Do what SageMaker does when it starts, and while it serves.

        Raises:
            ClientError, RightMissing: the endpoint's role may not do all of it.
            EmulatorError: the role does not trust SageMaker.
        """
        actor = session_of(
            self.emulator, self._model["ExecutionRoleArn"], "sagemaker.amazonaws.com", self.region, self._arn
        )
        self._load(actor)
        actor.does("endpoint-log", {"log-group": f"{_NAMESPACE}/{self.name}", "log-stream": "main/i-1"})
        actor.does("endpoint-metrics", {"namespace": _NAMESPACE})
        if key := self._configuration.get("KmsKeyId"):
            actor.does("encrypt-endpoint-volumes", {"volume-key": key})
        self._look_at_alarms(actor)
        self._capture(actor)
        if network := self._model.get("VpcConfig"):
            with interfaces_in(self.emulator, self.account, self.region, network["Subnets"]) as interfaces:
                given = {"subnets": network["Subnets"], "security-groups": network["SecurityGroupIds"]}
                actor.does("endpoint-in-vpc", {**given, "interfaces": interfaces})

    def _load(self, actor: RoleSession) -> None:
        """The image and the model, which may be another account's."""
        container = self._container
        bucket, _, key = str(container["ModelDataUrl"]).removeprefix("s3://").partition("/")
        image = {**parts_of_image(container["Image"]), "layers": some_layers()}
        actor.does("start-endpoint", {**image, "model-bucket": bucket, "model-keys": [key]})
        actor.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

    def _look_at_alarms(self, actor: RoleSession) -> None:
        rollback = self.described.get("LastDeploymentConfig", {}).get("AutoRollbackConfiguration", {})
        if alarms := [one["AlarmName"] for one in rollback.get("Alarms", [])]:
            actor.does("alarms-of-a-rollback", {"alarms": alarms})

    def _capture(self, actor: RoleSession) -> None:
        capture = self._configuration.get("DataCaptureConfig", {})
        if not capture.get("EnableCapture"):
            return
        bucket, _, prefix = str(capture["DestinationS3Uri"]).removeprefix("s3://").partition("/")
        keys = [f"{prefix}/{self.name}/main/2026/11/28/00/requests.jsonl"]
        actor.does("capture", {"bucket": bucket, "keys": keys, "capture-key": capture["KmsKeyId"]})

    @property
    def _arn(self) -> str:
        return str(self.described["EndpointArn"])

    @cached_property
    def _configuration(self) -> Json:
        name = self.described["EndpointConfigName"]
        found: Json = self._client("sagemaker").describe_endpoint_config(EndpointConfigName=name)
        return found

    @cached_property
    def _model(self) -> Json:
        (variant,) = self._configuration["ProductionVariants"]
        found: Json = self._client("sagemaker").describe_model(ModelName=variant["ModelName"])
        return found

    @cached_property
    def _container(self) -> Json:
        """That of the model package, whosever it is."""
        package = (self._model.get("PrimaryContainer") or self._model["Containers"][0])["ModelPackageName"]
        registry = self.emulator.client("sagemaker", account_of(package), self.region)
        described = registry.describe_model_package(ModelPackageName=package)
        found: Json = described["InferenceSpecification"]["Containers"][0]
        return found

    def _client(self, service: str) -> Any:
        return self.emulator.client(service, self.account, self.region)
