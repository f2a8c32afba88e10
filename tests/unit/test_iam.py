"""A policy statement cannot be written carelessly."""

import pytest
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
