"""The delivery pipeline that brings one approved model through all stages: resolved once, planned, approved, applied.

What plans is the repository's code. What reviews a plan, and what applies it, is the platform's (``approved_plan``).

Each stage of a deployment is one stage of the pipeline, so that CodePipeline's lock on it keeps the plan fresh from
the moment it is made until it is applied (https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sagemaker_templates.blocks.approval_trigger import approval_rule
from sagemaker_templates.blocks.approved_models import find_packages
from sagemaker_templates.blocks.approved_plan import Program
from sagemaker_templates.blocks.build_project import build_role, builds
from sagemaker_templates.blocks.code_repository import Source
from sagemaker_templates.blocks.delivery_pipeline import SOURCE_ARTIFACT, staged_pipeline
from sagemaker_templates.blocks.iam import Role, Statement, from_resource, service_role
from sagemaker_templates.blocks.project_storage import Storage
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.providers import aws

LONGEST_VALUE = 1000
"""The most characters of one value in an action's configuration
(https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html, configuration)."""

_RELEASE = "Release"
"""Artifact and namespace of the resolved model."""

_READY = "ready"
"""The value of the variable RELEASE where there is something to deploy."""


@dataclass(frozen=True)
class _Builder:
    """What all builds of a deployment have in common."""

    scope: Any
    names: ProjectNames
    storage: Storage
    log_group: Any
    permissions_boundary_arn: str | None

    def role(
        self,
        id_: str,
        *,
        name: str,
        projects: Sequence[str],
        description: str,
        steps: Sequence[str],
        outputs: Sequence[str] = (),
        statements: Sequence[Statement] = (),
    ) -> Role:
        """A role that reads and writes nothing of other steps: neither their artifacts nor their logs."""
        return build_role(
            self.scope,
            id_,
            names=self.names,
            name=name,
            projects=projects,
            description=description,
            key=self.storage.key,
            statements=statements,
            permissions_boundary_arn=self.permissions_boundary_arn,
            outputs=outputs,
            log_streams=[f"{step}/*" for step in steps],
        )

    def project(
        self,
        id_: str,
        *,
        name: str,
        step: str,
        role: Role,
        variables: Mapping[str, str],
        buildspec: str | None = None,
    ) -> None:
        """A build; without ``buildspec`` the repository has it."""
        builds(
            self.scope,
            id_,
            name=name,
            description=f"{step.partition('-')[0].capitalize()} of {self.names.project.name}'s deployment",
            role=role,
            key=self.storage.key,
            log_group=self.log_group,
            variables=variables,
            buildspec=buildspec or f"buildspec/{step}.yml",
            log_stream=step,
        )


def deployment_pipeline(
    scope: Any,
    *,
    names: ProjectNames,
    targets: Sequence[TargetNames],
    source: Source,
    storage: Storage,
    program: Program,
    log_group: Any,
    group: str,
    ask_before: Sequence[TargetNames],
    permissions_boundary_arn: str | None,
) -> Any:
    """Add build projects, their roles and the pipeline.

    What runs before an approval runs as a role that cannot apply: only the apply build of a target may assume that
    target's deployer role.

    Args:
        targets: the stages, in order.
        program: what reviews and applies.
        group: name of the model package group.
        ask_before: the targets whose plan a person approves.

    Returns:
        The ``aws_codepipeline``.
    """
    builder = _Builder(scope, names, storage, log_group, permissions_boundary_arn)
    variables = {
        "SAGEMAKER_PROJECT_NAME": names.project.name,
        "SAGEMAKER_PROJECT_ID": names.project.id,
        "MODEL_PACKAGE_GROUP_NAME": group,
    }
    reader = _reading_builds(builder, targets, group, variables)
    reviewer = _review_build(builder, program)
    appliers = [_apply_build(builder, target, variables, program) for target in targets]
    return staged_pipeline(
        scope,
        "delivery_pipeline",
        names=names,
        source=source,
        stages=[_resolve_stage(names), *(_target_stage(names, target, target in ask_before) for target in targets)],
        builds=[
            names.build_project,
            names.plan_project,
            names.review_project,
            *(target.apply_project for target in targets),
        ],
        build_roles=[reader, reviewer, *appliers],
        key=storage.key,
        after=[storage.ready, program.object],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def _reading_builds(
    builder: _Builder, targets: Sequence[TargetNames], group: str, variables: Mapping[str, str]
) -> Role:
    """The builds that resolve and plan, and their role."""
    names = builder.names
    role = builder.role(
        "build_role",
        name=names.build_role,
        projects=[names.build_project, names.plan_project],
        description=f"Finds the model and plans the deployment of {names.project.name}",
        steps=["resolve", "plan"],
        outputs=[_RELEASE, *(_plan_artifact(target) for target in targets)],
        statements=[
            find_packages(names, group),
            _assume("AssumePlanners", [target.role_arn(target.planner_role) for target in targets]),
        ],
    )
    builder.project("resolve_project", name=names.build_project, step="resolve", role=role, variables=variables)
    builder.project("plan_project", name=names.plan_project, step="plan", role=role, variables=variables)
    return role


def _review_build(builder: _Builder, program: Program) -> Role:
    """The build that reviews plans, and its role: it reaches no target."""
    names = builder.names
    role = builder.role(
        "review_role",
        name=names.review_role,
        projects=[names.review_project],
        description=f"Reviews the plans of {names.project.name} before anybody is asked",
        steps=["review"],
    )
    builder.project(
        "review_project", name=names.review_project, step="review", role=role, variables={}, buildspec=program.review
    )
    return role


def _apply_build(builder: _Builder, target: TargetNames, variables: Mapping[str, str], program: Program) -> Role:
    """The build that applies to one target, and its role."""
    id_, step = f"apply_{_identifier(target)}", f"apply-{target.target.name}"
    role = builder.role(
        f"{id_}_role",
        name=target.apply_role,
        projects=[target.apply_project],
        description=f"Applies the deployment of {target.project.name} to {target.target.name}",
        steps=[step],
        statements=[_assume("AssumeDeployer", [target.role_arn(target.deployer_role)])],
    )
    builder.project(
        f"{id_}_project",
        name=target.apply_project,
        step=step,
        role=role,
        variables={**variables, **_target_variables(target, target.deployer_role)},
        buildspec=program.apply,
    )
    return role


def _assume(sid: str, roles: Sequence[str]) -> Statement:
    return Statement(sid, ["sts:AssumeRole"], roles)


def plan_variables(target: TargetNames) -> str:
    """The value of a plan action's configuration that names its target: of all values the one that grows."""
    return _as_value(_target_variables(target, target.planner_role))


def _as_value(variables: Mapping[str, str]) -> str:
    return json.dumps([{"name": name, "type": "PLAINTEXT", "value": value} for name, value in variables.items()])


def _target_variables(target: TargetNames, role: str) -> dict[str, str]:
    return {
        "TARGET": target.target.name,
        "TARGET_ROLE_ARN": target.role_arn(role),
        "TARGET_EXTERNAL_ID": target.external_id,
        "TARGET_PARAMETER": target.parameter,
    }


def _identifier(target: TargetNames) -> str:
    return target.target.name.replace("-", "_")


def _plan_artifact(target: TargetNames) -> str:
    """Artifact and namespace of a plan; CodePipeline takes no hyphen in the name of an artifact's variable."""
    return f"Plan_{_identifier(target)}"


def _review(target: TargetNames) -> str:
    """The namespace of a review."""
    return f"Review_{_identifier(target)}"


def _resolve_stage(names: ProjectNames) -> Any:
    action = _build_action(
        "Resolve", names.build_project, inputs=[SOURCE_ARTIFACT], outputs=[_RELEASE], namespace=_RELEASE
    )
    return aws.codepipeline.CodepipelineStage(name="Resolve", action=[action])


def _target_stage(names: ProjectNames, target: TargetNames, ask: bool) -> Any:
    asking = [_approve_action(target)] if ask else []
    return aws.codepipeline.CodepipelineStage(
        name=f"Deploy_{target.target.name}",
        before_entry=_only_with_a_model(),
        action=[_plan_action(names, target), _review_action(names, target), *asking, _apply_action(target)],
    )


def _only_with_a_model() -> Any:
    """Skip the stage while no model is approved: that is no failure.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html
    """
    bindings = aws.codepipeline
    rule = bindings.CodepipelineStageBeforeEntryConditionRule(
        name="ModelApproved",
        rule_type_id=bindings.CodepipelineStageBeforeEntryConditionRuleRuleTypeId(
            category="Rule", owner="AWS", provider="VariableCheck", version="1"
        ),
        configuration={"Variable": f"#{{{_RELEASE}.RELEASE}}", "Operator": "EQ", "Value": _READY},
    )
    condition = bindings.CodepipelineStageBeforeEntryCondition(result="SKIP", rule=[rule])
    return bindings.CodepipelineStageBeforeEntry(condition=condition)


def _plan_action(names: ProjectNames, target: TargetNames) -> Any:
    plan = _plan_artifact(target)
    return _build_action(
        "Plan",
        names.plan_project,
        order=1,
        inputs=[SOURCE_ARTIFACT, _RELEASE],
        outputs=[plan],
        namespace=plan,
        variables=_target_variables(target, target.planner_role),
    )


def _review_action(names: ProjectNames, target: TargetNames) -> Any:
    return _build_action(
        "Review", names.review_project, order=2, inputs=[_plan_artifact(target)], namespace=_review(target)
    )


def _approve_action(target: TargetNames) -> Any:
    """Ask with what the review has found: what the repository's own builds say is not shown."""
    review = _review(target)
    question = (
        f"Deploy version #{{{review}.MODEL_PACKAGE_VERSION}} to {target.target.name}? "
        f"The plan: #{{{review}.PLAN_SUMMARY}}. Its SHA-256: #{{{review}.PLAN_SHA256}}."
    )
    return aws.codepipeline.CodepipelineStageAction(
        name="Approve",
        category="Approval",
        owner="AWS",
        provider="Manual",
        version="1",
        run_order=3,
        configuration={"CustomData": question, "ExternalEntityLink": f"#{{{review}.PLAN_URL}}"},
    )


def _apply_action(target: TargetNames) -> Any:
    approved = ("PLAN_SHA256", "ENDPOINT_CONFIGURATION")
    return _build_action(
        "Apply",
        target.apply_project,
        order=4,
        inputs=[_plan_artifact(target)],
        variables={name: f"#{{{_review(target)}.{name}}}" for name in approved},
    )


def _build_action(
    name: str,
    project: str,
    *,
    inputs: Sequence[str],
    order: int = 1,
    outputs: Sequence[str] = (),
    namespace: str | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """A build whose primary input is the first."""
    return aws.codepipeline.CodepipelineStageAction(
        name=name,
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        run_order=order,
        input_artifacts=list(inputs),
        output_artifacts=list(outputs) or None,
        namespace=namespace,
        configuration={
            "ProjectName": project,
            **({"PrimarySource": inputs[0]} if len(inputs) > 1 else {}),
            **({"EnvironmentVariables": _as_value(variables)} if variables else {}),
        },
    )


def start_on_approval(
    scope: Any, *, names: ProjectNames, group: str, pipeline: Any, permissions_boundary_arn: str | None
) -> None:
    """Start the delivery pipeline after each approval in the group."""
    rule = approval_rule(scope, "approval", names=names, group=group)
    role = service_role(
        scope,
        "start_role",
        name=names.start_role,
        service="events.amazonaws.com",
        description=f"Starts the deployment of {names.project.name}",
        statements=[Statement("StartPipeline", ["codepipeline:StartPipelineExecution"], [pipeline.arn])],
        trust_conditions=[from_resource(names.arn("events", f"rule/{names.approval_rule}"))],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    aws.cloudwatch_event_target.CloudwatchEventTarget(
        scope,
        "approval_target",
        rule=rule.name,
        target_id="delivery-pipeline",
        arn=pipeline.arn,
        role_arn=role.arn,
    )
