"""A policy statement cannot be written carelessly."""

import pytest
from sagemaker_templates.blocks.encryption import logs_may_encrypt
from sagemaker_templates.blocks.iam import Condition, Statement, service_role


def test_a_wildcard_in_an_action_is_refused() -> None:
    with pytest.raises(ValueError, match="wildcard in an action"):
        Statement("Anything", ["s3:Get*"], ["arn:aws:s3:::bucket"])


@pytest.mark.parametrize("service", ["lambda.amazonaws.com", "codepipeline.amazonaws.com"])
def test_a_role_asks_of_a_service_nothing_that_the_service_does_not_send(service: str) -> None:
    condition = Condition("ArnEquals", "aws:SourceArn", ["arn:aws:lambda:us-east-1:111111111111:function:seeder"])
    with pytest.raises(ValueError, match=f"{service} is not known to send aws:SourceArn"):
        service_role(
            None, "role", name="r", service=service, description="", statements=[], trust_conditions=[condition]
        )


def test_a_star_resource_without_its_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its reason"):
        Statement("Metrics", ["cloudwatch:PutMetricData"], ["*"])


def test_a_star_resource_with_its_reason_is_accepted() -> None:
    statement = Statement("Metrics", ["cloudwatch:PutMetricData"], ["*"], reason="no resource-level permission")
    assert statement.reason


@pytest.mark.parametrize(
    ("region", "service"),
    [
        ("us-east-1", "logs.us-east-1.amazonaws.com"),
        ("us-gov-west-1", "logs.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "logs.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_logs_of_a_region_are_known_by_the_name_of_its_partition(region: str, service: str) -> None:
    """Of another name no log group is encrypted: the apply fails with "not authorized to use this key"."""
    statement = logs_may_encrypt(region=region, log_group_arn="arn")
    assert statement.principals == {"Service": [service]}
