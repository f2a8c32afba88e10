"""What Application Auto Scaling scales, and the role that it does so with."""

from collections.abc import Mapping

from sagemaker_templates.emulator.rights.scope import Fact, Scope

_LINKED = {
    "sagemaker": ("sagemaker.application-autoscaling.amazonaws.com", "SageMakerEndpoint"),
    "lambda": ("lambda.application-autoscaling.amazonaws.com", "LambdaConcurrency"),
}
"""By namespace: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html."""


def _target(scope: Scope) -> list[str]:
    """The ARN of what is registered; all of them for what is not."""
    asked = (scope.text(name) for name in ("ServiceNamespace", "ScalableDimension", "ResourceId"))
    name = "|".join(one or "" for one in asked)
    return [scope.lookups.arn("application-autoscaling:ScalableTarget", name, scope.place) or "*"]


def _linked_service(scope: Scope) -> list[str]:
    return [service for service, _ in _linked(scope)]


def _role_to_make(scope: Scope) -> list[str]:
    """The service's own role, where the account has none yet."""
    return [
        f"aws-service-role/{service}/{role}"
        for service, suffix in _linked(scope)
        for role in [f"AWSServiceRoleForApplicationAutoScaling_{suffix}"]
        if scope.lookups.arn("iam:role", role, scope.place) is None
    ]


def _linked(scope: Scope) -> list[tuple[str, str]]:
    return [_LINKED[one] for one in scope.texts("ServiceNamespace") if one in _LINKED]


def _endpoint(scope: Scope) -> list[str]:
    """The endpoint's name in ``endpoint/NAME/variant/VARIANT``."""
    kind, _, rest = (scope.text("ResourceId") or "").partition("/")
    return [rest.partition("/")[0]] if kind == "endpoint" else []


FACTS: Mapping[str, Fact] = {
    "scalable-target": _target,
    "linked-service": _linked_service,
    "linked-role-to-make": _role_to_make,
    "scaled-endpoint": _endpoint,
}
