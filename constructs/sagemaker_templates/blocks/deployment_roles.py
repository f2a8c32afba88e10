"""The two roles that a delivery pipeline takes in a target: one that plans, one that changes.

What each action can be limited to: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from typing import Any

from sagemaker_templates.blocks.approved_models import ApprovedModels, use_packages
from sagemaker_templates.blocks.endpoint_state import read_state, write_state
from sagemaker_templates.blocks.execution_role import encrypt_volumes
from sagemaker_templates.blocks.iam import Condition, Role, Statement, assumed_role, passed_to
from sagemaker_templates.naming import (
    PROJECT_NAME_TAG,
    SERVICE_ROLE_PATH,
    TARGET_ROLE_PATH,
    ProjectNames,
    TargetNames,
)
from sagemaker_templates.settings.model import S3State

_SCALING = "application-autoscaling"
_SCALING_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
_DIMENSIONS = ("sagemaker:variant:DesiredInstanceCount", "sagemaker:variant:DesiredProvisionedConcurrency")
_NO_RESOURCE_LEVEL = "Application Auto Scaling's Describe actions have no resource-level permission"
_EVERY_ALARM = "a search for alarms is authorized for all of them, whatever it searches for"
ANY_SCALABLE_TARGET = "the ARN of a scalable target ends in an id that Application Auto Scaling makes up"


def planner_role(
    scope: Any,
    id_: str,
    *,
    names: TargetNames,
    pipeline: ProjectNames,
    state: S3State,
    permissions_boundary_arn: str | None,
) -> Role:
    """Add the role that plans: it reads, and takes the lock of the endpoint's state.

    Args:
        pipeline: names of the project whose build role assumes it.
        state: of the target's environment.
    """
    return assumed_role(
        scope,
        id_,
        name=names.planner_role,
        path=TARGET_ROLE_PATH,
        by=build_role_arn(pipeline, pipeline.build_role),
        account_root=pipeline.global_arn("iam", "root"),
        external_id=names.external_id,
        description=f"Plans the endpoint {names.endpoint}",
        statements=_see(names, state),
        permissions_boundary_arn=permissions_boundary_arn,
    )


def deployer_role(
    scope: Any,
    id_: str,
    *,
    names: TargetNames,
    pipeline: ProjectNames,
    state: S3State,
    models: ApprovedModels,
    endpoint_role: Role,
    key: Any,
    permissions_boundary_arn: str | None,
) -> Role:
    """Add the role that changes the endpoint, and all that belongs to it.

    Args:
        pipeline: names of the project whose apply role for this target assumes it; the models are in its account.
        endpoint_role: the only role that it may pass on.
        key: encrypts the endpoint's volumes.
    """
    return assumed_role(
        scope,
        id_,
        name=names.deployer_role,
        path=TARGET_ROLE_PATH,
        by=build_role_arn(pipeline, names.apply_role),
        account_root=pipeline.global_arn("iam", "root"),
        external_id=names.external_id,
        description=f"Creates and changes the endpoint {names.endpoint}",
        statements=[
            *_see(names, state),
            write_state(names, state),
            *_change_endpoint(names),
            use_packages(pipeline, models),
            *_scale(names),
            *_watch(names),
            Statement(
                "RunAsEndpointRole",
                ["iam:PassRole"],
                [endpoint_role.arn],
                conditions=[passed_to("sagemaker.amazonaws.com")],
            ),
            encrypt_volumes(key),
        ],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def build_role_arn(pipeline: ProjectNames, role: str) -> str:
    """The ARN of one of the pipeline's build roles, computed: it is in another stack and maybe another account."""
    return pipeline.global_arn("iam", f"role{SERVICE_ROLE_PATH}{role}")


def _models(names: TargetNames) -> str:
    return names.arn("sagemaker", f"model/{names.prefix}*")


def _configurations(names: TargetNames) -> str:
    return names.arn("sagemaker", f"endpoint-config/{names.prefix}*")


def _endpoint(names: TargetNames) -> str:
    return names.arn("sagemaker", f"endpoint/{names.endpoint}")


def _see(names: TargetNames, state: S3State) -> list[Statement]:
    """What a plan reads: the target's facts, the state, and the resources of the endpoint.

    An apply reads the same: it takes the facts from their parameter, and not from what another build has handed on.
    """
    return [
        Statement("ReadFacts", ["ssm:GetParameter"], [names.arn("ssm", f"parameter{names.parameter}")]),
        *read_state(names, state),
        Statement(
            "SeeEndpoint",
            [
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DescribeModel",
                "sagemaker:ListTags",
            ],
            [_models(names), _configurations(names), _endpoint(names)],
        ),
        Statement(
            "SeeScaling",
            [
                f"{_SCALING}:DescribeScalableTargets",
                f"{_SCALING}:DescribeScalingPolicies",
            ],
            ["*"],
            reason=_NO_RESOURCE_LEVEL,
        ),
        Statement(
            "SeeScalingTags",
            [f"{_SCALING}:ListTagsForResource"],
            [_scalable_targets(names)],
            reason=ANY_SCALABLE_TARGET,
        ),
        see_alarms(names, "SeeAlarms"),
        Statement("SeeAlarmTags", ["cloudwatch:ListTagsForResource"], [_alarms(names)]),
    ]


def see_alarms(names: TargetNames, sid: str) -> Statement:
    """Search for alarms."""
    return Statement(sid, ["cloudwatch:DescribeAlarms"], [names.arn("cloudwatch", "alarm:*")], reason=_EVERY_ALARM)


def _change_endpoint(names: TargetNames) -> list[Statement]:
    return [
        Statement(
            "ChangeModels",
            [
                "sagemaker:AddTags",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:CreateModel",
                "sagemaker:DeleteEndpointConfig",
                "sagemaker:DeleteModel",
                "sagemaker:DeleteTags",
            ],
            [_models(names), _configurations(names)],
        ),
        # Creating and updating ask for the right on the configuration as well.
        Statement(
            "ChangeEndpoint",
            [
                "sagemaker:AddTags",
                "sagemaker:CreateEndpoint",
                "sagemaker:DeleteEndpoint",
                "sagemaker:DeleteTags",
                "sagemaker:InvokeEndpoint",
                "sagemaker:UpdateEndpoint",
                "sagemaker:UpdateEndpointWeightsAndCapacities",
            ],
            [_endpoint(names), _configurations(names)],
        ),
    ]


def _scalable_targets(names: TargetNames) -> str:
    return names.arn(_SCALING, "scalable-target/*")


def scaling_conditions() -> list[Condition]:
    """Variants of SageMaker endpoints, and nothing else that can be scaled."""
    return [
        Condition("StringEquals", f"{_SCALING}:service-namespace", ["sagemaker"]),
        Condition("StringEquals", f"{_SCALING}:scalable-dimension", _DIMENSIONS),
    ]


def _scale(names: TargetNames) -> list[Statement]:
    """Scale the endpoint's variants.

    Which endpoint cannot be said here: an ARN has no name in it, and no condition key has. Application Auto Scaling
    asks for the caller's right to UpdateEndpointWeightsAndCapacities, which this role has for its own endpoint only
    (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html).
    """
    partition, account = names.partition, names.target.account_id
    linked = f"aws-service-role/{_SCALING_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    return [
        Statement(
            "Scale",
            [
                f"{_SCALING}:DeleteScalingPolicy",
                f"{_SCALING}:DeregisterScalableTarget",
                f"{_SCALING}:PutScalingPolicy",
                f"{_SCALING}:RegisterScalableTarget",
            ],
            [_scalable_targets(names)],
            conditions=scaling_conditions(),
            reason=ANY_SCALABLE_TARGET,
        ),
        _tag_scaling(names),
        Statement(
            "CreateScalingServiceRole",
            ["iam:CreateServiceLinkedRole"],
            [f"arn:{partition}:iam::{account}:role/{linked}"],
            conditions=[Condition("StringEquals", "iam:AWSServiceName", [_SCALING_SERVICE])],
        ),
    ]


def _tag_scaling(names: TargetNames) -> Statement:
    """Tag scalable targets but those of other projects.

    Tagging knows no namespace and no dimension. The tag that each target of a project has does tell them apart, but
    a target that is being registered has none yet: hence ``IfExists``.
    """
    return Statement(
        "TagScaling",
        [f"{_SCALING}:TagResource", f"{_SCALING}:UntagResource"],
        [_scalable_targets(names)],
        conditions=[
            Condition("StringEqualsIfExists", f"aws:ResourceTag/{PROJECT_NAME_TAG}", [names.project.name]),
        ],
        reason=ANY_SCALABLE_TARGET,
    )


def _alarms(names: TargetNames) -> str:
    return names.arn("cloudwatch", f"alarm:{names.prefix}*")


def _watch(names: TargetNames) -> list[Statement]:
    """The endpoint's own alarms, and those that a scaling policy makes with its caller's rights."""
    scaling = names.arn("cloudwatch", f"alarm:TargetTracking-endpoint/{names.endpoint}/variant/*")
    return [
        Statement("Watch", ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"], [_alarms(names), scaling]),
        Statement("TagAlarms", ["cloudwatch:TagResource", "cloudwatch:UntagResource"], [_alarms(names)]),
    ]
