"""With how many instances a rollout starts. The service is botocore's stub."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from conftest import Write
from deploy.counts import starting_counts
from deploy.environments import load
from deploy.settings import EndpointSettings

ENDPOINT, CONFIGURATION = "abalone-prod", "abalone-prod-v3-11111111"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCALED = "variants: {main: {instance-count: 2, autoscaling: {min: 2, max: 6, invocations-per-instance: 5}}}"


@pytest.fixture
def sagemaker() -> Iterator[Stubber]:
    """A client that answers what a test tells it, and nothing else."""
    client = boto3.client(
        "sagemaker", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def settings(write: Write) -> EndpointSettings:
    """One variant that scales by itself, from 2 to 6."""
    return load("prod", write(SCALED))


def missing(sagemaker: Stubber, operation: str) -> None:
    """What SageMaker says of what it does not have."""
    sagemaker.add_client_error(operation, "ValidationException", 'Could not find it "arn:aws:sagemaker"')


def endpoint(count: int) -> dict[str, Any]:
    """An endpoint that has scaled."""
    variants = [{"VariantName": "main", "DesiredInstanceCount": count}, {"VariantName": "old"}]
    return {
        "EndpointName": ENDPOINT,
        "EndpointArn": f"arn:aws:sagemaker:us-east-1:333333333333:endpoint/{ENDPOINT}",
        "EndpointStatus": "InService",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "ProductionVariants": variants,
    }


@pytest.mark.parametrize(("present", "starts"), [(5, 5), (2, 2), (1, 2), (9, 6)])
def test_a_rollout_starts_with_what_there_is_within_the_limits(
    sagemaker: Stubber, settings: EndpointSettings, present: int, starts: int
) -> None:
    """Never below instance-count, never above autoscaling's max."""
    missing(sagemaker, "describe_endpoint_config")
    sagemaker.add_response("describe_endpoint", endpoint(present), {"EndpointName": ENDPOINT})

    assert starting_counts(sagemaker.client, ENDPOINT, CONFIGURATION, settings) == {"main": starts}


def test_a_configuration_that_is_there_keeps_its_counts(sagemaker: Stubber, settings: EndpointSettings) -> None:
    """It cannot change, and a second plan is empty however the endpoint has scaled since."""
    variant = {"VariantName": "main", "ModelName": "model", "InitialInstanceCount": 4}
    described = {
        "EndpointConfigName": CONFIGURATION,
        "EndpointConfigArn": f"arn:aws:sagemaker:us-east-1:333333333333:endpoint-config/{CONFIGURATION}",
        "ProductionVariants": [variant],
        "CreationTime": NOW,
    }
    sagemaker.add_response("describe_endpoint_config", described, {"EndpointConfigName": CONFIGURATION})

    assert starting_counts(sagemaker.client, ENDPOINT, CONFIGURATION, settings) == {"main": 4}


def test_a_first_deployment_starts_as_the_settings_say(sagemaker: Stubber, settings: EndpointSettings) -> None:
    """There is nothing yet."""
    missing(sagemaker, "describe_endpoint_config")
    missing(sagemaker, "describe_endpoint")

    assert starting_counts(sagemaker.client, ENDPOINT, CONFIGURATION, settings) == {}


def test_a_variant_that_does_not_scale_has_what_the_settings_say(sagemaker: Stubber, write: Write) -> None:
    """Somebody may have changed it by hand."""
    missing(sagemaker, "describe_endpoint_config")
    sagemaker.add_response("describe_endpoint", endpoint(5), {"EndpointName": ENDPOINT})

    assert starting_counts(sagemaker.client, ENDPOINT, CONFIGURATION, load("prod", write(""))) == {}


def test_anything_else_that_sagemaker_says_is_told(sagemaker: Stubber, settings: EndpointSettings) -> None:
    """A right that is missing is no first deployment."""
    sagemaker.add_client_error("describe_endpoint_config", "AccessDeniedException", "not authorized")

    with pytest.raises(sagemaker.client.exceptions.ClientError, match="not authorized"):
        starting_counts(sagemaker.client, ENDPOINT, CONFIGURATION, settings)
