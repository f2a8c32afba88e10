"""After an apply: does the endpoint serve what was applied, and does it answer?"""

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from botocore.exceptions import ClientError
from deploy.failures import DeployError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .plan_file import regular_file

# boto3 makes its clients at run time.
SageMakerClient = Any
RuntimeClient = Any

SAMPLE_FILE = "sample.json"
_LARGEST_SAMPLE_BYTES = 10 * 1024 * 1024
_SHOWN_BYTES = 200
_SHOWN_REASON = 1000
_MEDIA_TYPE = r"^[\w.+-]+/[\w.+-]+$"


@dataclass(frozen=True)
class Serving:
    """What an endpoint does."""

    status: str
    configuration: str
    failure: str | None

    @classmethod
    def of(cls, client: SageMakerClient, endpoint: str) -> Self:
        """Ask SageMaker."""
        answer = client.describe_endpoint(EndpointName=endpoint)
        return cls(answer["EndpointStatus"], answer.get("EndpointConfigName", "nothing"), answer.get("FailureReason"))


class Sample(BaseModel):
    """A request that the plan's build has taken from the repository: data, which nothing here executes."""

    model_config = ConfigDict(strict=True, frozen=True)

    name: str = Field(max_length=255)
    content_type: str = Field(pattern=_MEDIA_TYPE)
    accept: str | None = Field(default=None, pattern=_MEDIA_TYPE)
    body: str

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The sample of a plan's artifact; None where there is none.

        Raises:
            DeployError: there is something else.
        """
        file = folder / SAMPLE_FILE
        if not file.exists():
            return None
        try:
            return cls.model_validate(json.loads(regular_file(file, folder, _LARGEST_SAMPLE_BYTES)))
        except (ValueError, ValidationError) as error:
            raise DeployError(f"{SAMPLE_FILE} of the plan's artifact is no sample") from error

    @property
    def content(self) -> bytes:
        """What is sent."""
        try:
            return base64.b64decode(self.body, validate=True)
        except binascii.Error as error:
            raise DeployError(f"{SAMPLE_FILE} of the plan's artifact holds no base64") from error


def check_serving(client: SageMakerClient, endpoint: str, configuration: str) -> None:
    """The endpoint is in service with a configuration.

    Terraform's word is not enough: it reports success when SageMaker has rolled back
    (https://github.com/hashicorp/terraform-provider-aws/issues/46663).

    Raises:
        DeployError: it is not; the message has SageMaker's reason, if it gave one.
    """
    serving = Serving.of(client, endpoint)
    if serving.status == "InService" and serving.configuration == configuration:
        print(f"{endpoint} is in service with {configuration}")
        return
    reason = serving.failure or "SageMaker gives no reason"
    raise DeployError(
        f"{endpoint} is {serving.status} with {serving.configuration}, not in service with {configuration}: {reason}"
    )


def check_answer(client: RuntimeClient, endpoint: str, sample: Sample) -> None:
    """The endpoint answers a sample.

    Without ``accept`` the container answers what it prefers, as to most of its clients.

    Raises:
        DeployError: it does not; the message has what the container said.
    """
    accept = {"Accept": sample.accept} if sample.accept else {}
    try:
        answer = client.invoke_endpoint(
            EndpointName=endpoint, ContentType=sample.content_type, Body=sample.content, **accept
        )
    except ClientError as error:
        raise DeployError(f"{endpoint} does not answer {sample.name}: {_said(error)}") from error
    body = answer["Body"].read()
    if not body:
        raise DeployError(f"{endpoint} answers {sample.name} with nothing")
    kind = answer.get("ContentType", "of no type")
    print(f"{endpoint} answers {sample.name}, {kind}: {body[:_SHOWN_BYTES].decode('utf-8', 'replace').strip()}")


def _said(error: ClientError) -> str:
    """The container's own answer, 4xx or 5xx, where it gave one: it comes beside the error, and may be cut in it.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html, ModelError
    """
    answer: dict[str, Any] = dict(error.response)
    status, message = answer.get("OriginalStatusCode"), str(answer.get("OriginalMessage") or "").strip()
    where = f"; its log: {answer['LogStreamArn']}" if answer.get("LogStreamArn") else ""
    if status is None and not message:
        return str(error)
    return f"the model answers {status or 'an error'}: {message[:_SHOWN_REASON] or error}{where}"
