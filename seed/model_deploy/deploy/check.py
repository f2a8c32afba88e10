"""After an apply: does the endpoint serve what was applied, and does it answer?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.failures import DeployError

# boto3 makes its clients at run time.
SageMakerClient = Any
RuntimeClient = Any

_SHOWN_BYTES = 200


@dataclass(frozen=True)
class Serving:
    """What an endpoint does."""

    status: str
    configuration: str
    failure: str | None

    @classmethod
    def of(cls, client: SageMakerClient, endpoint: str) -> "Serving":
        """Ask SageMaker."""
        answer = client.describe_endpoint(EndpointName=endpoint)
        return cls(answer["EndpointStatus"], answer.get("EndpointConfigName", "nothing"), answer.get("FailureReason"))


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


def check_answer(client: RuntimeClient, endpoint: str, sample: Path, content_type: str) -> None:
    """The endpoint answers a sample.

    Raises:
        DeployError: it does not.
    """
    try:
        answer = client.invoke_endpoint(EndpointName=endpoint, ContentType=content_type, Body=sample.read_bytes())
    except ClientError as error:
        raise DeployError(f"{endpoint} does not answer {sample.name}: {error}") from error
    body = answer["Body"].read()
    if not body:
        raise DeployError(f"{endpoint} answers {sample.name} with nothing")
    print(f"{endpoint} answers {sample.name}: {body[:_SHOWN_BYTES].decode('utf-8', 'replace').strip()}")
