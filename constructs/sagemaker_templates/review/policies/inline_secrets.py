"""CKV_SMT_4: no secret stands in the configuration, where the plan and the state would keep it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

_LOOKS_LIKE_ONE = re.compile(
    r"(?:gh[pousr]_|hf_)[A-Za-z0-9]{30,}|github_pat_\w{40,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_HOLDS_ONE = {"secret_string", "secret_binary", "password", "master_password", "plaintext_value", "private_key"}
_VARIABLE = re.compile(r"(?:TOKEN|PASSWORD|API_KEY|ACCESS_KEY|SECRET_KEY)$")
_NOT_IN_THE_TEXT = ("${", "true_after_unknown")


class NoInlineSecret(BaseResourceCheck):
    """Secrets are read when they are needed, or passed as ephemeral values and write-only arguments."""

    def __init__(self) -> None:
        super().__init__(
            name="Ensure no secret is written into the configuration",
            id="CKV_SMT_4",
            categories=[CheckCategories.SECRETS],
            supported_resources=["*"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        return CheckResult.FAILED if any(_secrets("", conf)) else CheckResult.PASSED


def _secrets(key: str, value: object) -> Iterator[bool]:
    """True for every secret at or below a value."""
    if isinstance(value, Mapping):
        yield _is_variable(value)
        for inner_key, inner in value.items():
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
