"""CKV_SMT_1: the state lies in S3, encrypted, and S3 locks it."""

from typing import Any

from checkov.common.checks.base_check import BaseCheck
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.base_runner import BaseTerraformRunner


class _TerraformBlocks(BaseCheckRegistry):
    """checkov runs no check on ``terraform`` blocks of its own accord."""

    def extract_entity_details(self, entity: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        kind = next(key for key in entity if not key.startswith("__"))
        return kind, kind, entity[kind]


class StateIsEncryptedAndLocked(BaseCheck):
    """https://developer.hashicorp.com/terraform/language/backend/s3."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure Terraform state is in S3, encrypted and locked",
            id="CKV_SMT_1",
            categories=[CheckCategories.ENCRYPTION],
            supported_entities=["backend"],
            block_type="terraform",
        )

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        buckets = conf.get("s3") or []
        safe = [s3 for s3 in buckets if s3.get("encrypt") == [True] and s3.get("use_lockfile") == [True]]
        return CheckResult.PASSED if buckets and len(safe) == len(buckets) else CheckResult.FAILED


_registry = BaseTerraformRunner.block_type_registries.setdefault("terraform", _TerraformBlocks(report_type=""))
_registry.register(StateIsEncryptedAndLocked())
