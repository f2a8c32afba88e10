"""Whether the endpoint serves what was applied. The service is botocore's stub."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from deploy.check import check_answer, check_serving
from deploy.failures import DeployError

ENDPOINT, WANTED = "abalone-prod", "abalone-prod-v3-11111111"


@pytest.fixture(params=["sagemaker"])
def service(request: pytest.FixtureRequest) -> Iterator[Stubber]:
    """A client that answers what a test tells it, and nothing else."""
    client = boto3.client(
        request.param, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def described(configuration: str, status: str = "InService", **more: str) -> dict[str, Any]:
    """What SageMaker says of the endpoint."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "EndpointName": ENDPOINT,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:333333333333:endpoint/{ENDPOINT}",
        "EndpointConfigName": configuration,
        "EndpointStatus": status,
        "CreationTime": now,
        "LastModifiedTime": now,
        **more,
    }


def test_an_endpoint_that_serves_what_was_applied_is_fine(
    service: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the log says so."""
    service.add_response("describe_endpoint", described(WANTED), {"EndpointName": ENDPOINT})

    check_serving(service.client, ENDPOINT, WANTED)

    assert f"in service with {WANTED}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("configuration", "status", "reason"),
    [
        ("abalone-prod-v2-00000000", "InService", "the alarm abalone-prod-latency is on"),
        (WANTED, "Failed", "the container did not answer"),
        (WANTED, "UpdateRollbackFailed", ""),
    ],
)
def test_anything_else_fails_with_sagemakers_reason(
    service: Stubber, configuration: str, status: str, reason: str
) -> None:
    """Above all a rollback, which Terraform takes for a success."""
    answer = described(configuration, status, **({"FailureReason": reason} if reason else {}))
    service.add_response("describe_endpoint", answer, {"EndpointName": ENDPOINT})

    with pytest.raises(DeployError, match=reason or "gives no reason") as error:
        check_serving(service.client, ENDPOINT, WANTED)
    assert f"{status} with {configuration}" in str(error.value)


@pytest.mark.parametrize("service", ["sagemaker-runtime"], indirect=True)
@pytest.mark.parametrize(("body", "fine"), [(b"9.5\n", True), (b"", False)])
def test_an_endpoint_must_answer_the_sample(service: Stubber, tmp_path: Path, body: bytes, fine: bool) -> None:
    """With something."""
    sample = tmp_path / "sample.csv"
    sample.write_bytes(b"1,2\n")
    asked = {"EndpointName": ENDPOINT, "ContentType": "text/csv", "Body": b"1,2\n"}
    service.add_response("invoke_endpoint", {"Body": StreamingBody(io.BytesIO(body), len(body))}, asked)

    if fine:
        check_answer(service.client, ENDPOINT, sample, "text/csv")
    else:
        with pytest.raises(DeployError, match="with nothing"):
            check_answer(service.client, ENDPOINT, sample, "text/csv")


@pytest.mark.parametrize("service", ["sagemaker-runtime"], indirect=True)
def test_an_endpoint_that_cannot_predict_fails_the_build(service: Stubber, tmp_path: Path) -> None:
    """With what the container said."""
    sample = tmp_path / "sample.csv"
    sample.write_bytes(b"1,2\n")
    service.add_client_error("invoke_endpoint", "ModelError", "8 columns expected")

    with pytest.raises(DeployError, match="8 columns expected"):
        check_answer(service.client, ENDPOINT, sample, "text/csv")
