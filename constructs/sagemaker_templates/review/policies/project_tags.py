"""CKV_SMT_2 and CKV_SMT_3: everything that can have tags says which project or environment it belongs to."""

from collections.abc import Mapping
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_OF_A_PLAN = "start_line"
"""A key that checkov gives to a provider that it read in a plan, and to no other."""

_ONE_OF = ("sagemaker:project-name", "sagemaker-templates:environment")


def _tells_owner(value: object) -> bool:
    """Whether one of the tags is there, however deep checkov has wrapped the map."""
    if isinstance(value, list):
        return any(_tells_owner(inner) for inner in value)
    if not isinstance(value, Mapping):
        return False
    return any(value.get(key) for key in _ONE_OF) or any(_tells_owner(inner) for inner in value.values())


class ProviderTagsEverything(BaseProviderCheck):
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure the provider puts the project's or the environment's tags on every resource",
            id="CKV_SMT_2",
            categories=[CheckCategories.CONVENTION],
            supported_provider=["aws"],
        )

    def scan_provider_conf(self, conf: dict[str, Any]) -> CheckResult:
        if _OF_A_PLAN in conf:
            # checkov leaves out a planned provider's blocks; there CKV_SMT_3 looks at what each resource gets.
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if _tells_owner(conf.get("default_tags")) else CheckResult.FAILED


class PlannedResourceIsTagged(BaseResourceCheck):
    """In a plan, ``tags_all`` is what a resource will have."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure a planned resource carries the project's or the environment's tags",
            id="CKV_SMT_3",
            categories=[CheckCategories.CONVENTION],
            supported_resources=["aws_*"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        if "tags_all" not in conf:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if _tells_owner(conf["tags_all"]) else CheckResult.FAILED


ProviderTagsEverything()
PlannedResourceIsTagged()
