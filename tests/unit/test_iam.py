"""A policy statement cannot be written carelessly."""

import pytest
from sagemaker_templates.blocks.encryption import logs_may_encrypt
from sagemaker_templates.blocks.iam import Statement


def test_a_wildcard_in_an_action_is_refused() -> None:
    with pytest.raises(ValueError, match="wildcard in an action"):
        Statement("Anything", ["s3:Get*"], ["arn:aws:s3:::bucket"])


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
