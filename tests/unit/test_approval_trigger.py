"""What starts after an approval in a model package group: one rule, in every template that follows a group."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from builders import a_project
from moto.events.models import EventPattern
from sagemaker_templates.blocks.approval_trigger import approval_event_pattern
from sagemaker_templates.naming import ProjectNames
from synthesized import documents

GROUP = "abalone-p-abalone01"

each_template = pytest.mark.parametrize(
    ("case", "stack"), [("batch-inference", "dev-scoring"), ("model-deploy", "dev-serving")]
)


def _event(account: str = "111111111111", **detail: str) -> Mapping[str, Any]:
    """What SageMaker sends when a package of a group changes, as far as patterns can see it."""
    return {
        "version": "0",
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "account": account,
        "region": "us-east-1",
        "resources": [f"arn:aws:sagemaker:us-east-1:{account}:model-package/{GROUP}/3"],
        "detail": {
            "ModelPackageGroupName": GROUP,
            "ModelPackageVersion": 3,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "Approved",
            **detail,
        },
    }


def _starts(case: str, stack: str, event: Mapping[str, Any]) -> bool:
    """EventBridge's matching, as moto does it."""
    rule = documents(case)[stack]["resource"]["aws_cloudwatch_event_rule"]["approval"]
    return bool(EventPattern.load(rule["event_pattern"]).matches_event(event))


@each_template
def test_an_approval_in_the_group_starts_the_pipeline(case: str, stack: str) -> None:
    assert _starts(case, stack, _event())


@pytest.mark.parametrize("spelling", ["Abalone-Models", "abalone-models"])
def test_a_group_with_capitals_is_known_by_both_of_its_spellings(spelling: str) -> None:
    pattern = EventPattern.load(json.dumps(approval_event_pattern(ProjectNames(a_project()), "Abalone-Models")))

    assert pattern.matches_event(_event(ModelPackageGroupName=spelling))
    assert not pattern.matches_event(_event(ModelPackageGroupName="abalone-model"))


@each_template
@pytest.mark.parametrize(
    "event",
    [
        _event(ModelApprovalStatus="Rejected"),
        _event(ModelApprovalStatus="PendingManualApproval"),
        _event(ModelPackageStatus="InProgress"),
        _event(ModelPackageStatus="Failed"),
        _event(ModelPackageGroupName="abalone-p-abalone02"),
        _event(ModelPackageGroupName="abalone-p-abalone02", ModelApprovalStatus="Rejected"),
        _event(ModelPackageGroupName="abalone-p-abalone02", ModelApprovalStatus="PendingManualApproval"),
        _event(ModelPackageGroupName="abalone"),
        _event(account="222222222222"),
        {**_event(), "detail-type": "SageMaker Endpoint State Change"},
        {**_event(), "source": "custom"},
    ],
    ids=lambda event: "-".join([event["account"], event["source"], *map(str, event["detail"].values())]),
)
def test_no_other_change_of_a_package_starts_it(case: str, stack: str, event: Mapping[str, Any]) -> None:
    assert not _starts(case, stack, event)
