"""The event that a model is approved in a model package group, and a rule that passes it on."""

import json
from typing import Any

from sagemaker_templates.naming import ProjectNames, spellings_of_group
from sagemaker_templates.providers import aws


def approval_rule(scope: Any, id_: str, *, names: ProjectNames, group: str) -> Any:
    """Add the rule for approvals in a group; gives the ``aws_cloudwatch_event_rule``, which needs a target."""
    return aws.cloudwatch_event_rule.CloudwatchEventRule(
        scope,
        id_,
        name=names.approval_rule,
        description=f"A model was approved in {group}",
        event_pattern=json.dumps(approval_event_pattern(names, group), sort_keys=True),
    )


def approval_event_pattern(names: ProjectNames, group: str) -> dict[str, object]:
    """The event that an approval of a usable package of a group sends, and no other.

    A group with capitals is told by both of its spellings, as in ``ProjectNames.model_package_groups``: which one an
    event has is not documented.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "account": [names.project.environment.account_id],
        "detail": {
            "ModelPackageGroupName": spellings_of_group(group),
            "ModelPackageStatus": ["Completed"],
            "ModelApprovalStatus": ["Approved"],
        },
    }
