"""CKV_SMT_4: no secret stands in the configuration, where the plan and the state would keep it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.checks.base_check import BaseCheck
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.base_runner import BaseTerraformRunner
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_LOOKS_LIKE_ONE = re.compile(
    r"(?:gh[pousr]_|hf_)[A-Za-z0-9]{30,}|github_pat_\w{40,}|\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[\w-]{20,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bAIza[\w-]{35}|\bGOCSPX-[\w-]{28}"
    r"|\bxox[abeoprs]-[\w-]{20,}|\bxapp-[0-9]-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{50,}|\bdckr_pat_[\w-]{27,}"
    r"|\bsk-(?=[\w-]*[0-9])[\w-]{40,}|\b[rs]k_live_[A-Za-z0-9]{20,}|\bSG\.[\w-]{22}\.[\w-]{43}|\bdapi[0-9a-f]{32}"
    r"|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}|\bhv[brs]\.[\w-]{24,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    re.ASCII,
)
"""The same as in ``settings/spelling.py``: a policy is one file, which checkov loads wherever it is."""

_HOLDS_ONE = {
    *("secret_string", "secret_binary", "password", "master_password", "plaintext_value", "private_key", "token"),
    *("access_key", "secret_key", "pem_file", "client_secret", "api_key"),
}
_VARIABLE = re.compile(r"(?:TOKEN|PASSWORD|API_KEY|ACCESS_KEY|SECRET_KEY)$")
_OTHER_BLOCKS = ("data", "ephemeral", "locals", "module", "output", "provider", "terraform", "variable")
_NAME = "Ensure no secret is written into the configuration"
_ID = "CKV_SMT_4"
_NOT_IN_THE_TEXT = ("${", "true_after_unknown")


class NoInlineSecret(BaseResourceCheck):
    """Secrets are read when they are needed, or passed as ephemeral values and write-only arguments."""

    def __init__(self) -> None:
        super().__init__(
            name=_NAME,
            id=_ID,
            categories=[CheckCategories.SECRETS],
            supported_resources=["*"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        return _judged(conf)


class NoInlineSecretElsewhere(BaseCheck):
    """The same for all that is no resource: the provider's tags, outputs, locals, the state's backend."""

    def __init__(self, block: str) -> None:
        super().__init__(
            name=_NAME,
            id=_ID,
            categories=[CheckCategories.SECRETS],
            supported_entities=["*"],
            block_type=block,
        )

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        return _judged(conf)


class _Blocks(BaseCheckRegistry):
    """checkov runs no check on such blocks of its own accord."""

    def extract_entity_details(self, entity: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        kind = next(key for key in entity if not key.startswith("__"))
        # The locals of a file are one block, which has lines of its own.
        is_named = isinstance(entity[kind], dict) and "__startline__" not in entity
        return (
            (kind, kind, entity[kind])
            if is_named
            else ("all", "all", {"__startline__": 1, "__endline__": 1, **entity})
        )


def _judged(conf: dict[str, Any]) -> CheckResult:
    return CheckResult.FAILED if any(_secrets("", conf)) else CheckResult.PASSED


def _secrets(key: str, value: object) -> Iterator[bool]:
    """True for every secret at or below a value."""
    if isinstance(value, Mapping):
        yield _is_variable(value)
        for inner_key, inner in value.items():
            yield bool(_LOOKS_LIKE_ONE.search(str(inner_key)))
            yield from _secrets(str(inner_key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(key, inner)
    elif isinstance(value, str):
        yield bool(_LOOKS_LIKE_ONE.search(value)) or (key in _HOLDS_ONE and _is_literal(value))


def _is_variable(block: Mapping[str, Any]) -> bool:
    """An environment variable of a build whose name says what its text is."""
    name, value, kind = (_first(block.get(key)) for key in ("name", "value", "type"))
    is_text = kind in (None, "", "PLAINTEXT") and isinstance(value, str) and _is_literal(value)
    return is_text and isinstance(name, str) and bool(_VARIABLE.search(name))


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _is_literal(value: str) -> bool:
    return bool(value) and not any(sign in value for sign in _NOT_IN_THE_TEXT)


NoInlineSecret()
for _block in _OTHER_BLOCKS:
    _registry = BaseTerraformRunner.block_type_registries.setdefault(_block, _Blocks(report_type=""))
    _registry.register(NoInlineSecretElsewhere(_block))
