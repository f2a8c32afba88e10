"""Repairs of moto's own models: replies that lose what the request said, and references to what is not there."""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any


def repair_moto() -> None:
    """Make every repair; again, it changes nothing."""
    _keep_descriptions_of_rules_between_groups()
    _refuse_security_groups_of_no_vpc()
    _refuse_boundaries_that_are_no_policy()
    _refuse_tags_of_log_groups_that_are_gone()
    _refuse_profiles_of_roles_that_are_gone()
    _leave_policies_of_buckets_to_the_guard()
    _name_principals_of_functions_as_lambda_does()
    _let_delete_markers_go()
    _leave_instance_types_of_endpoints_to_the_guard()


def _let_delete_markers_go() -> None:
    """Let the last version of an object go where that is a delete marker, which has no file to close."""
    from moto.s3.models import FakeDeleteMarker

    def dispose(_marker: FakeDeleteMarker, garbage: bool = False) -> None:
        pass

    FakeDeleteMarker.dispose = dispose


def _leave_instance_types_of_endpoints_to_the_guard() -> None:
    """Let moto take every instance type for an endpoint: its list ends before ml.g5.

    What SageMaker knows is in the service's model, which each request is held against before moto sees it.
    """
    from moto.sagemaker.models import FakeEndpointConfig

    def take(_configuration: FakeEndpointConfig, _instance_type: str) -> None:
        pass

    FakeEndpointConfig.validate_instance_type = take


def _keep_descriptions_of_rules_between_groups() -> None:
    """Read a security group rule's description from the group that it refers to, too: moto looks at ranges only."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    def description(rule: SecurityGroupRule) -> str | None:
        text: str | None = rule.ip_range.get("Description") or rule.source_group.get("Description")
        return text

    SecurityGroupRule.description = property(description)


def _refuse_security_groups_of_no_vpc() -> None:
    from moto.ec2.exceptions import InvalidVPCIdError
    from moto.ec2.models.security_groups import SecurityGroupBackend

    def check(backend: Any, asked: Mapping[str, Any]) -> None:
        if asked.get("vpc_id") and asked["vpc_id"] not in backend.vpcs:
            raise InvalidVPCIdError(asked["vpc_id"])

    _checked_first(SecurityGroupBackend, "create_security_group", check)


def _refuse_boundaries_that_are_no_policy() -> None:
    from moto.iam.exceptions import NotFoundException
    from moto.iam.models import IAMBackend

    def check(backend: Any, asked: Mapping[str, Any]) -> None:
        boundary = asked["permissions_boundary"]
        if boundary and boundary not in backend.managed_policies:
            raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")

    _checked_first(IAMBackend, "create_role", check)
    _checked_first(IAMBackend, "put_role_permissions_boundary", check)


def _refuse_tags_of_log_groups_that_are_gone() -> None:
    from moto.logs.exceptions import ResourceNotFoundException
    from moto.logs.models import LogsBackend

    def check(backend: Any, asked: Mapping[str, Any]) -> None:
        _, is_group, name = (asked.get("resource_arn") or asked["arn"]).partition(":log-group:")
        if is_group and name.removesuffix(":*") not in backend.groups:
            raise ResourceNotFoundException

    for method in ("list_tags_for_resource", "tag_resource", "untag_resource"):
        _checked_first(LogsBackend, method, check)


def _refuse_profiles_of_roles_that_are_gone() -> None:
    from moto.iam.models import IAMBackend

    def check(backend: Any, asked: Mapping[str, Any]) -> None:
        backend.get_role(asked["role_name"])  # raises what IAM answers where there is none

    _checked_first(IAMBackend, "get_instance_profiles_for_role", check)


def _leave_policies_of_buckets_to_the_guard() -> None:
    """Let moto take every bucket for one without a policy.

    It reads policies without their conditions and principals: a denial of what comes without TLS refused all objects.
    """
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    def neutral(_bucket: Any, _action: str, _resource: str) -> Any:
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = neutral


def _name_principals_of_functions_as_lambda_does() -> None:
    """Give the policy of a function an account or a role as a principal: moto does so with services alone.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    from moto.awslambda.policy import Policy

    def principal(_policy: Any, given: Any) -> Any:
        if not isinstance(given, str) or given == "*":
            return given
        if given.endswith(".amazonaws.com"):
            return {"Service": given}
        return {"AWS": f"arn:aws:iam::{given}:root" if given.isdigit() else given}

    Policy.principal_formatter = principal


def _checked_first(owner: type, method: str, check: Callable[[Any, Mapping[str, Any]], None]) -> None:
    """Let a check of the backend and of its method's arguments, by name, refuse before moto's method runs."""
    original = getattr(owner, method)
    if hasattr(original, _CHECKED):
        return
    names = signature(original)

    @wraps(original)
    def checked(backend: Any, *arguments: Any, **more: Any) -> Any:
        check(backend, names.bind(backend, *arguments, **more).arguments)
        return original(backend, *arguments, **more)

    setattr(checked, _CHECKED, True)
    setattr(owner, method, checked)


_CHECKED = "checked_first"
