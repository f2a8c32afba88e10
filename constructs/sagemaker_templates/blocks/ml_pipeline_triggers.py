"""What starts a project's SageMaker pipeline besides a build: an approved model, a schedule.

EventBridge starts the pipeline itself and not the delivery pipeline: the code has not changed, so there is nothing to
build, and the pipeline finds the newest approved model when it runs. Until the first build has defined the pipeline
an event comes to nothing, and nothing is lost: that build starts it.
"""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.approval_trigger import approval_rule
from sagemaker_templates.blocks.iam import Role, Statement, from_resource, service_role
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.providers import aws


def start_ml_pipeline(
    scope: Any,
    *,
    names: ProjectNames,
    approved_in: str,
    schedule_expression: str | None,
    permissions_boundary_arn: str | None,
) -> None:
    """Start the SageMaker pipeline after each approval in a group and, where wanted, on a schedule.

    Args:
        approved_in: name of the model package group.
        schedule_expression: ``rate(…)`` or ``cron(…)``, in UTC; None for no schedule.
    """
    rules = [names.approval_rule, *([names.schedule_rule] if schedule_expression else [])]
    role = _role(scope, names=names, rules=rules, permissions_boundary_arn=permissions_boundary_arn)
    _start_on_approval(scope, names=names, group=approved_in, role=role)
    if schedule_expression:
        _start_on_schedule(scope, names=names, expression=schedule_expression, role=role)


def _role(scope: Any, *, names: ProjectNames, rules: Sequence[str], permissions_boundary_arn: str | None) -> Role:
    return service_role(
        scope,
        "start_role",
        name=names.start_role,
        service="events.amazonaws.com",
        description=f"Starts the SageMaker pipeline of the project {names.project.name}",
        statements=[Statement("StartPipeline", ["sagemaker:StartPipelineExecution"], [_pipeline_arn(names)])],
        trust_conditions=[from_resource(*(names.arn("events", f"rule/{rule}") for rule in rules))],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def _start_on_approval(scope: Any, *, names: ProjectNames, group: str, role: Role) -> None:
    rule = approval_rule(scope, "approval", names=names, group=group)
    _target(scope, "approval_target", names=names, rule=rule, role=role)


def _start_on_schedule(scope: Any, *, names: ProjectNames, expression: str, role: Role) -> None:
    rule = aws.cloudwatch_event_rule.CloudwatchEventRule(
        scope,
        "schedule",
        name=names.schedule_rule,
        description=f"The schedule of the SageMaker project {names.project.name}",
        schedule_expression=expression,
    )
    _target(scope, "schedule_target", names=names, rule=rule, role=role)


def _target(scope: Any, id_: str, *, names: ProjectNames, rule: Any, role: Role) -> None:
    aws.cloudwatch_event_target.CloudwatchEventTarget(
        scope,
        id_,
        rule=rule.name,
        target_id="ml-pipeline",
        arn=_pipeline_arn(names),
        role_arn=role.arn,
    )


def _pipeline_arn(names: ProjectNames) -> str:
    """Computed: the pipeline is the repository's, made by its first build."""
    return names.arn("sagemaker", f"pipeline/{names.ml_pipeline}")
