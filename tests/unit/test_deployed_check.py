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
from deploy import environments
from deploy.failures import DeployError
from deploy.plan import write_sample
from sagemaker_templates.blocks.approved_plan.program.check import Sample, check_answer, check_serving

SEED = Path(__file__).parents[2] / "seed/model_deploy"
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


runtime = pytest.mark.parametrize("service", ["sagemaker-runtime"], indirect=True)
SAMPLE = Sample(name="sample.csv", content_type="text/csv", body="MSwyCg==")
ASKED = {"EndpointName": ENDPOINT, "ContentType": "text/csv", "Body": b"1,2\n"}


@runtime
@pytest.mark.parametrize(("body", "fine"), [(b"9.5\n", True), (b"", False)])
def test_an_endpoint_must_answer_the_sample_with_something(
    service: Stubber, body: bytes, fine: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever type the container prefers: nothing is asked for, as most clients ask."""
    answer = {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": "application/json"}
    service.add_response("invoke_endpoint", answer, ASKED)

    if fine:
        check_answer(service.client, ENDPOINT, SAMPLE)
        assert capsys.readouterr().out == f"{ENDPOINT} answers sample.csv, application/json: 9.5\n"
    else:
        with pytest.raises(DeployError, match="with nothing"):
            check_answer(service.client, ENDPOINT, SAMPLE)


@runtime
def test_the_type_of_the_answer_is_asked_for_where_the_repository_says_one(service: Stubber) -> None:
    answer = {"Body": StreamingBody(io.BytesIO(b"1"), 1)}
    service.add_response("invoke_endpoint", answer, {**ASKED, "Accept": "text/csv"})

    check_answer(service.client, ENDPOINT, SAMPLE.model_copy(update={"accept": "text/csv"}))


@runtime
@pytest.mark.parametrize("status", [400, 500])
def test_what_the_container_said_is_told_whole_with_its_status_and_its_log(service: Stubber, status: int) -> None:
    """SageMaker answers 424 for both, and cuts the message that is for people."""
    fields = {"OriginalStatusCode": status, "OriginalMessage": "row 1: 8 columns expected", "LogStreamArn": "arn:log"}
    service.add_client_error("invoke_endpoint", "ModelError", "Received error", 424, modeled_fields=fields)

    with pytest.raises(DeployError) as error:
        check_answer(service.client, ENDPOINT, SAMPLE)
    assert str(error.value) == (
        f"{ENDPOINT} does not answer sample.csv: the model answers {status}: row 1: 8 columns expected; "
        "its log: arn:log"
    )


@runtime
def test_an_error_of_sagemakers_own_is_told_as_it_is(service: Stubber) -> None:
    service.add_client_error("invoke_endpoint", "ValidationError", "no such endpoint", 400)

    with pytest.raises(DeployError, match=r"ValidationError.*no such endpoint"):
        check_answer(service.client, ENDPOINT, SAMPLE)


def test_a_sample_of_the_repository_comes_through_the_plans_artifact_as_data(tmp_path: Path) -> None:
    assert sent(tmp_path) is None
    settings = environments.load("prod", SEED).sample
    assert settings is not None
    write_sample(tmp_path, settings, SEED)

    sample = sent(tmp_path)

    assert sample is not None
    assert sample.content == (SEED / settings.file).read_bytes()
    assert (sample.name, sample.content_type, sample.accept) == ("abalone.csv", "text/csv", None)


@pytest.mark.parametrize(
    "written",
    ["", "[]", "{}", '{"name": "a", "content_type": "text/csv\\r\\nX: y", "body": ""}', '{"name": 1, "body": ""}'],
)
def test_a_sample_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    """Whoever has written it."""
    (tmp_path / "sample.json").write_text(written)

    with pytest.raises(DeployError, match=r"sample\.json of the plan's artifact is no sample"):
        sent(tmp_path)


def sent(folder: Path) -> Sample | None:
    """What the artifact's sample is read as."""
    return Sample.read(folder)
