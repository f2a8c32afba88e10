"""The JSON uses only what OpenTofu 1.11 has as well as Terraform 1.11 (docs/opentofu.md); no OpenTofu runs here."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sagemaker_templates.operations.engine import MINIMUM_VERSION
from sagemaker_templates.stacks.synthesis import REQUIRED_TERRAFORM
from synthesized import CASES, documents, files

BLOCKS = {"//", "terraform", "provider", "data", "ephemeral", "resource", "locals", "output", "variable"}
"""OpenTofu has no ``action`` and no ``list`` block; the others that it has are not used."""

TERRAFORM = {"backend", "required_providers"}
S3_BACKEND = {"bucket", "key", "region", "encrypt", "kms_key_id", "use_lockfile", "assume_role"}
# https://opentofu.org/docs/language/ephemerality: since 1.11
VARIABLE = {"type", "default", "description", "ephemeral"}
LIFECYCLE = {"prevent_destroy", "create_before_destroy", "ignore_changes", "replace_triggered_by"}
ONLY_TERRAFORMS_META_ARGUMENTS = {"action_trigger", "identity"}

# Functions that both engines have from the time before they parted (Terraform 1.5).
FUNCTIONS = {
    *("abs", "base64decode", "base64encode", "can", "coalesce", "concat", "contains", "distinct", "element", "file"),
    "flatten",
    *(
        "format",
        "formatlist",
        "join",
        "jsondecode",
        "jsonencode",
        "keys",
        "length",
        "lookup",
        "lower",
        "max",
        "merge",
    ),
    *("min", "nonsensitive", "replace", "sensitive", "sha256", "sort", "split", "substr", "toset", "tostring"),
    *("trimprefix", "trimspace", "trimsuffix", "try", "upper", "values", "yamldecode", "yamlencode", "zipmap"),
}

ALL_STACKS = [pytest.param(case, name, id=f"{case}, {name}") for case in CASES for name in documents(case)]


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, item in value.items():
                if key != "//":
                    yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case str():
            yield value


def _resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in ("data", "ephemeral", "resource"):
        for instances in document.get(kind, {}).values():
            yield from instances.values()


def expressions(document: dict[str, Any]) -> list[str]:
    """What stands between ``${`` and ``}``, where it is not escaped."""
    return [found for text in _texts(document) for found in re.findall(r"(?<!\$)\$\{([^}]*)\}", text)]


@pytest.mark.parametrize(("case", "stack"), ALL_STACKS)
def test_a_stack_uses_only_blocks_and_arguments_of_both(case: str, stack: str) -> None:
    document = documents(case)[stack]
    assert set(document) <= BLOCKS
    assert set(document["terraform"]) <= TERRAFORM
    assert set(document["terraform"]["backend"].get("s3", {})) <= S3_BACKEND
    assert all(set(variable) <= VARIABLE for variable in document.get("variable", {}).values())
    for resource in _resources(document):
        assert set(resource.get("lifecycle", {})) <= LIFECYCLE
        assert not set(resource) & ONLY_TERRAFORMS_META_ARGUMENTS


@pytest.mark.parametrize(("case", "stack"), ALL_STACKS)
def test_a_stack_calls_only_functions_of_both(case: str, stack: str) -> None:
    called = {name for text in expressions(documents(case)[stack]) for name in re.findall(r"([\w:]+)\(", text)}
    assert called <= FUNCTIONS


@pytest.mark.parametrize(("case", "stack"), ALL_STACKS)
def test_a_provider_is_named_without_a_registry_so_that_each_engine_asks_its_own(case: str, stack: str) -> None:
    required = documents(case)[stack]["terraform"]["required_providers"]
    assert required
    assert all(re.fullmatch(r"[a-z]+/[a-z]+", provider["source"]) for provider in required.values())


def test_the_version_that_is_required_is_the_first_of_both_that_has_ephemeral_resources() -> None:
    assert MINIMUM_VERSION == (1, 11)
    assert REQUIRED_TERRAFORM == ">= 1.11"


def test_what_is_forgotten_is_written_as_both_read_it() -> None:
    """OpenTofu 1.10 and later: ``removedBlockSchema`` in its internal/configs/removed.go."""
    block = r"removed \{\n  from = [a-z0-9_]+\.\w+\n\n  lifecycle \{\n    destroy = false\n  \}\n\}\n"
    written = [files(case)[path].decode() for case in CASES for path in files(case) if path.endswith("/removed.tf")]
    assert written
    assert [text for text in written if not re.fullmatch(rf"# [^\n]+\n\n{block}(?:\n{block})*", text)] == []
