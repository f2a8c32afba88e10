"""The function that removes an endpoint when its target is destroyed: one per target."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.deployment_roles import ANY_SCALABLE_TARGET, scaling_conditions, see_alarms
from sagemaker_templates.blocks.iam import Statement, service_role
from sagemaker_templates.naming import TargetNames
from sagemaker_templates.providers import aws
from sagemaker_templates.seeds import archive

RUNTIME = "python3.13"
TIMEOUT_SECONDS = 900
"""Lambda's longest: an endpoint that is being changed comes to rest first."""
MEMORY_MIB = 256

_HANDLER = Path(__file__).with_name("handler.py")


def retirement_asset() -> Asset:
    """The function's archive."""
    return Asset("endpoint-retirement.zip", archive({"handler.py": _HANDLER.read_bytes()}))


def endpoint_retirement(
    scope: Any,
    id_: str,
    *,
    names: TargetNames,
    asset: Asset,
    log_group: Any,
    before: Sequence[Any],
    permissions_boundary_arn: str | None,
) -> None:
    """Add the function, its role, and the invocation through which a destroy removes the endpoint.

    The input of the invocation is what a plan shows: the endpoint, and how the names of what goes with it begin.

    Args:
        asset: see ``retirement_asset``.
        before: what the endpoint needs until it is gone; the invocation is destroyed before it.
    """
    role = service_role(
        scope,
        f"{id_}_role",
        name=names.retirement,
        service="lambda.amazonaws.com",
        description=f"Removes the endpoint {names.endpoint} when its target is destroyed",
        statements=[*_find(names), *_remove(names), _write_logs(names)],
        trust_conditions=[],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    bindings = aws.lambda_function
    function = bindings.LambdaFunction(
        scope,
        f"{id_}_function",
        function_name=names.retirement,
        description=f"Removes the endpoint {names.endpoint} when its target is destroyed",
        role=role.arn,
        runtime=RUNTIME,
        handler="handler.handler",
        timeout=TIMEOUT_SECONDS,
        memory_size=MEMORY_MIB,
        filename=asset.terraform_path,
        source_code_hash=asset.sha256_base64,
        tracing_config=bindings.LambdaFunctionTracingConfig(mode="PassThrough"),
        depends_on=[log_group],
    )
    aws.lambda_invocation.LambdaInvocation(
        scope,
        id_,
        function_name=function.function_name,
        input=json.dumps({"endpoint": names.endpoint, "names_begin_with": names.prefix}, sort_keys=True),
        lifecycle_scope="CRUD",
        depends_on=[role.ready, *before],
    )


def _find(names: TargetNames) -> list[Statement]:
    return [
        Statement(
            "FindEndpoint", ["sagemaker:DescribeEndpoint"], [names.arn("sagemaker", f"endpoint/{names.endpoint}")]
        ),
        Statement(
            "FindModels",
            [
                "application-autoscaling:DescribeScalableTargets",
                "sagemaker:ListEndpointConfigs",
                "sagemaker:ListModels",
            ],
            ["*"],
            reason="lists have no resource-level permission",
        ),
        see_alarms(names, "FindAlarms"),
    ]


def _remove(names: TargetNames) -> list[Statement]:
    return [
        Statement(
            "StopScaling",
            ["application-autoscaling:DeregisterScalableTarget"],
            [names.arn("application-autoscaling", "scalable-target/*")],
            conditions=scaling_conditions(),
            reason=ANY_SCALABLE_TARGET,
        ),
        Statement(
            "RemoveEndpoint",
            ["sagemaker:DeleteEndpoint"],
            [names.arn("sagemaker", f"endpoint/{names.endpoint}")],
        ),
        Statement(
            "RemoveModels",
            ["sagemaker:DeleteEndpointConfig", "sagemaker:DeleteModel"],
            [names.arn("sagemaker", f"{kind}/{names.prefix}*") for kind in ("endpoint-config", "model")],
        ),
        Statement(
            "RemoveAlarms",
            ["cloudwatch:DeleteAlarms"],
            [
                names.arn("cloudwatch", f"alarm:{names.prefix}*"),
                names.arn("cloudwatch", f"alarm:TargetTracking-endpoint/{names.endpoint}/variant/*"),
            ],
        ),
    ]


def _write_logs(names: TargetNames) -> Statement:
    return Statement(
        "WriteLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [names.arn("logs", f"log-group:{names.retirement_log_group}:log-stream:*")],
    )
