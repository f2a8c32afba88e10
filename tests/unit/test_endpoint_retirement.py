"""The function that retires an endpoint: only when Terraform deletes, once SageMaker is at rest, and again."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.sagemaker.models import sagemaker_backends
from sagemaker_templates.blocks.endpoint_retirement import handler as retirement

ACCOUNT, REGION = "123456789012", "us-east-1"
NAME = "serving-prod-v1-0a1b2c3d"
EVERYTHING = {
    "scalable targets": [],
    "endpoints": ["serving-prod"],
    "endpoint configurations": [NAME],
    "models": [NAME],
    "alarms": [],
}


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SageMaker of moto's own account, with the endpoint serving-prod."""
    for variable, value in {"DEFAULT_REGION": REGION, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(retirement, "SECONDS_BETWEEN_LOOKS", 0)
    with mock_aws():
        client: Any = boto3.client("sagemaker")
        role = f"arn:aws:iam::{ACCOUNT}:role/endpoint"
        client.create_model(ModelName=NAME, ExecutionRoleArn=role, PrimaryContainer={"Image": "image"})
        variant = {"VariantName": "a", "ModelName": NAME, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        client.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant])
        client.create_endpoint(EndpointName="serving-prod", EndpointConfigName=NAME)
        yield client


def _retire(action: str, milliseconds_left: int = 900_000) -> dict[str, Any]:
    event = {"endpoint": "serving-prod", "names_begin_with": "serving-prod-", "tf": {"action": action}}
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds_left)
    removed: dict[str, Any] = retirement.handler(event, context)["removed"]
    return removed


def _endpoints(sagemaker: Any) -> list[str]:
    return [endpoint["EndpointName"] for endpoint in sagemaker.list_endpoints()["Endpoints"]]


@pytest.mark.parametrize("action", ["create", "update"])
def test_creating_or_changing_the_target_removes_nothing(sagemaker: Any, action: str) -> None:
    assert _retire(action) == {}
    assert _endpoints(sagemaker) == ["serving-prod"]


def test_a_second_deletion_finds_nothing_and_is_no_error(sagemaker: Any) -> None:
    assert _retire("delete") == EVERYTHING
    assert _retire("delete") == {kind: [] for kind in EVERYTHING}
    assert _endpoints(sagemaker) == []


def test_an_endpoint_that_is_being_changed_when_time_runs_out_is_said_and_left_as_it_is(sagemaker: Any) -> None:
    sagemaker_backends[ACCOUNT][REGION].endpoints["serving-prod"].endpoint_status = "Updating"
    with pytest.raises(retirement.StillInProgressError, match="serving-prod is still Updating; destroy again"):
        _retire("delete", milliseconds_left=1000)
    assert _endpoints(sagemaker) == ["serving-prod"]
    assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1


def test_an_endpoint_that_is_being_changed_is_waited_for(sagemaker: Any) -> None:
    endpoint = sagemaker_backends[ACCOUNT][REGION].endpoints["serving-prod"]
    endpoint.endpoint_status = "Updating"
    looks = iter(range(3))

    def milliseconds_left() -> int:
        if next(looks, None) is None:
            endpoint.endpoint_status = "InService"
        return 900_000

    event = {"endpoint": "serving-prod", "names_begin_with": "serving-prod-", "tf": {"action": "delete"}}
    removed = retirement.handler(event, SimpleNamespace(get_remaining_time_in_millis=milliseconds_left))
    assert removed == {"removed": EVERYTHING}


def test_another_failure_is_not_taken_for_a_missing_endpoint() -> None:
    """What may not be asked may well be running."""
    refused = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "could not find a policy that allows it"}},
        "DescribeEndpoint",
    )
    assert not retirement._is_missing(refused)
