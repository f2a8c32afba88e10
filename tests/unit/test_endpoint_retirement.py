"""The function that retires an endpoint: only when Terraform deletes, once SageMaker is at rest, and again."""

from collections.abc import Iterator
from functools import cache
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


@cache
def _session() -> boto3.Session:
    """One for all tests: it has read the services' models, which takes longer than what they are asked for."""
    return boto3.Session(region_name=REGION)


@pytest.fixture
def sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SageMaker of moto's own account, with the endpoint serving-prod."""
    for variable, value in {"DEFAULT_REGION": REGION, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(retirement, "SECONDS_BETWEEN_LOOKS", 0)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", _session())
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


def _vanishing(operation: str, error: ClientError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one operation answer that the thing is gone, as if somebody had removed it since it was listed."""
    make: Any = boto3.client

    def client(service: str) -> Any:
        made: Any = make(service)
        if hasattr(made, operation):
            method = getattr(made, operation)

            def gone(**names: Any) -> None:
                method(**names)
                raise error

            setattr(made, operation, gone)
        return made

    monkeypatch.setattr(boto3, "client", client)


def _error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Remove")


@pytest.mark.parametrize(
    ("operation", "kind", "error"),
    [
        (
            "deregister_scalable_target",
            "scalable targets",
            _error("ObjectNotFoundException", "No scalable target found"),
        ),
        ("delete_endpoint", "endpoints", _error("ValidationException", 'Could not find endpoint "x".')),
        (
            "delete_endpoint_config",
            "endpoint configurations",
            _error("ValidationException", 'Could not find endpoint configuration "x".'),
        ),
        ("delete_model", "models", _error("ValidationException", 'Could not find model "x".')),
        ("delete_alarms", "alarms", _error("ResourceNotFound", "Unknown")),
    ],
)
def test_what_somebody_else_removes_between_list_and_delete_is_no_error_and_not_counted(
    sagemaker: Any, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str, error: ClientError
) -> None:
    _add_scaling_and_alarm()
    _vanishing(operation, error, monkeypatch)
    everything = {
        **EVERYTHING,
        "scalable targets": ["endpoint/serving-prod/variant/a"],
        "alarms": ["serving-prod-5xx"],
    }
    assert _retire("delete") == {**everything, kind: []}
    assert _endpoints(sagemaker) == []


def test_a_refusal_to_remove_something_is_an_error(sagemaker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _vanishing("delete_model", _error("AccessDeniedException", "not authorized"), monkeypatch)
    with pytest.raises(ClientError, match="not authorized"):
        _retire("delete")


def _add_scaling_and_alarm() -> None:
    boto3.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/serving-prod/variant/a",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
    )
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="serving-prod-5xx",
        MetricName="m",
        Namespace="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
