"""What answers InvokeEndpoint: the model behind an endpoint of the emulator, in its own container's server.

The way from the endpoint to the model is asked of the emulator: endpoint, configuration, model, package, archive.
"""

import io
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from installed_container import xgboost_container
from mlops.local.sandbox import Sandbox
from mlops.local.serving import Request
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.containers.container import Container


@dataclass(frozen=True)
class ContainerRuntime:
    """In place of boto3's ``sagemaker-runtime`` client of one account.

    Attributes:
        registry: the account that holds model packages and their archives.
        folder: where the container's files lie.
    """

    emulator: Emulator
    account: str
    registry: str
    region: str
    folder: Path

    def invoke_endpoint(self, **asked: Any) -> dict[str, Any]:
        """Answer as SageMaker does, which passes the caller's headers on and adds none.

        Args:
            asked: EndpointName, Body in bytes; maybe ContentType and Accept.

        Raises:
            ClientError: the container answers with an error.
        """
        headers = {"Content-Type": asked.get("ContentType"), "Accept": asked.get("Accept")}
        request = Request(asked["Body"].decode(), {name: value for name, value in headers.items() if value})
        (answer,) = self._container(asked["EndpointName"]).answers([request])
        if answer.status != HTTPStatus.OK:
            message = f'Received error ({answer.status}) from primary with message "{answer.body}"'
            raise ClientError({"Error": {"Code": "ModelError", "Message": message}}, "InvokeEndpoint")
        return {"Body": io.BytesIO(answer.body.encode()), "ContentType": answer.type}

    def _container(self, endpoint: str) -> Container:
        sagemaker = self.emulator.client("sagemaker", self.account, self.region)
        configuration = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
        (variant,) = sagemaker.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        described = self._package(model["PrimaryContainer"]["ModelPackageName"])
        sandbox = Sandbox(self.folder)
        bucket, _, key = described["ModelDataUrl"].removeprefix("s3://").partition("/")
        archive = self.emulator.client("s3", self.registry, self.region).get_object(Bucket=bucket, Key=key)
        container = xgboost_container(sandbox, endpoint, described["Environment"], model["EnableNetworkIsolation"])
        container.unpack(archive["Body"].read())
        return container

    def _package(self, arn: str) -> dict[str, Any]:
        registry = self.emulator.client("sagemaker", self.registry, self.region)
        package = registry.describe_model_package(ModelPackageName=arn)
        (container,) = package["InferenceSpecification"]["Containers"]
        described: dict[str, Any] = container
        return described
