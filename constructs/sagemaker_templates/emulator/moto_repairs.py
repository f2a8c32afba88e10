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
    _take_every_request_for_one_over_tls()


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


def _take_every_request_for_one_over_tls() -> None:
    """Leave out statements that deny what comes without TLS: the emulator is reached on loopback, without.

    moto knows no such condition, and takes the denial for one without any: no object could be read or written.
    """
    from moto.iam.access_control import IAMPolicyStatement, PermissionResult

    original = IAMPolicyStatement.is_action_permitted
    if hasattr(original, _CHECKED):
        return

    @wraps(original)
    def permitted(statement: Any, *arguments: Any, **more: Any) -> Any:
        if statement._statement.get("Condition") == _WITHOUT_TLS:
            return PermissionResult.NEUTRAL
        return original(statement, *arguments, **more)

    setattr(permitted, _CHECKED, True)
    IAMPolicyStatement.is_action_permitted = permitted


_WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


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
