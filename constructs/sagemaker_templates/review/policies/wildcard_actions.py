"""CKV_SMT_5 and CKV_SMT_6: what is allowed is named, action by action."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_POLICIES = ("policy", "assume_role_policy", "access_policy", "resource_policy")


def _flat(value: object) -> Iterator[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    elif value is not None:
        yield value


def _has_wildcard(statement: Mapping[str, Any]) -> bool:
    lower = {str(key).lower().rstrip("s"): value for key, value in statement.items()}
    effect = next(_flat(lower.get("effect")), "Allow")
    return effect != "Deny" and any("*" in str(action) for action in _flat(lower.get("action")))


class DocumentNamesItsActions(BaseDataCheck):
    """A policy document that allows something."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure a policy document allows no wildcard action",
            id="CKV_SMT_5",
            categories=[CheckCategories.IAM],
            supported_data=["aws_iam_policy_document"],
        )

    def scan_data_conf(self, conf: dict[str, Any]) -> CheckResult:
        statements = [one for one in _flat(conf.get("statement")) if isinstance(one, Mapping)]
        return CheckResult.FAILED if any(map(_has_wildcard, statements)) else CheckResult.PASSED


class PolicyNamesItsActions(BaseResourceCheck):
    """A policy that is there as JSON: in a plan, or written by hand."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure a resource's policy allows no wildcard action",
            id="CKV_SMT_6",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_*"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        policies = [policy for key in _POLICIES for policy in map(_parsed, _flat(conf.get(key))) if policy]
        if not policies:
            return CheckResult.UNKNOWN
        statements = [
            one for policy in policies for one in _flat(policy.get("Statement")) if isinstance(one, Mapping)
        ]
        return CheckResult.FAILED if any(map(_has_wildcard, statements)) else CheckResult.PASSED


def _parsed(policy: object) -> Mapping[str, Any] | None:
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return None
    return policy if isinstance(policy, Mapping) else None


DocumentNamesItsActions()
PolicyNamesItsActions()
