"""The schema that tests check GitHub resources against is the real provider's, but for gaps that are listed here.

The stand-in provider rebuilds its schema from the CDKTF bindings. Here it is measured against the schema of the real
provider, as Terraform printed it (`tests/stand_in_github/reduce_schema.py` says how the file was made).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bindings_schema
import pytest
from provider_schema import ProviderSchema

REAL = Path(bindings_schema.__file__).with_name("real_schema_6.9.0.json")
RESOURCES = ("resource_schemas", "data_source_schemas")

# What the bindings do not carry, so that the stand-in cannot refuse or hide it.
UNKNOWN_BOUNDS = {("resource_schemas github_repository_environment reviewers", "max_items", 6)}
NOT_KNOWN_AS_SENSITIVE = 22
NOT_KNOWN_AS_DEPRECATED = 9

Settings = dict[str, dict[str, Any]]


def _flattened(block: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each attribute and each nested block of a block by its path, without what is inside."""
    for name, attribute in block["attributes"].items():
        yield f"{path} {name}", attribute
    for name, nested in block["block_types"].items():
        yield f"{path} {name}", {key: value for key, value in nested.items() if key != "block"}
        yield from _flattened(nested["block"], f"{path} {name}")


def _all(schema: Any) -> Settings:
    found = dict(_flattened(schema["provider"], "provider"))
    for kind in RESOURCES:
        for name, block in schema[kind].items():
            found |= dict(_flattened(block, f"{kind} {name}"))
    return found


@pytest.fixture(scope="module")
def rebuilt_schema() -> ProviderSchema:
    return bindings_schema.provider_schema()


@pytest.fixture(scope="module")
def real_schema() -> Any:
    return json.loads(REAL.read_text())


@pytest.fixture(scope="module")
def rebuilt(rebuilt_schema: ProviderSchema) -> Settings:
    return _all(rebuilt_schema)


@pytest.fixture(scope="module")
def real(real_schema: Any) -> Settings:
    return _all(real_schema)


def test_the_bindings_are_of_the_version_that_they_are_measured_against() -> None:
    assert bindings_schema.provider_version() == "6.9.0"


def test_every_resource_and_data_source_is_there_and_none_is_invented(
    rebuilt_schema: ProviderSchema, real_schema: Any
) -> None:
    assert rebuilt_schema["resource_schemas"].keys() == real_schema["resource_schemas"].keys()
    assert rebuilt_schema["data_source_schemas"].keys() == real_schema["data_source_schemas"].keys()
    assert (len(rebuilt_schema["resource_schemas"]), len(rebuilt_schema["data_source_schemas"])) == (81, 72)


def test_every_attribute_and_block_is_there_and_none_is_invented(rebuilt: Settings, real: Settings) -> None:
    assert rebuilt.keys() == real.keys()
    assert len(rebuilt) == 1287


@pytest.mark.parametrize("key", ["type", "required", "optional", "computed", "nesting_mode", "min_items"])
def test_no_setting_differs(key: str, rebuilt: Settings, real: Settings) -> None:
    assert {path: found.get(key) for path, found in rebuilt.items()} == {
        path: found.get(key) for path, found in real.items()
    }


def test_of_the_bounds_only_the_listed_ones_are_unknown(rebuilt: Settings, real: Settings) -> None:
    differences = {
        (path, "max_items", found.get("max_items"))
        for path, found in real.items()
        if found.get("max_items") != rebuilt[path].get("max_items")
    }
    assert differences == UNKNOWN_BOUNDS


def test_what_is_sensitive_or_deprecated_is_not_known(rebuilt: Settings, real: Settings) -> None:
    assert not any("sensitive" in found or "deprecated" in found for found in rebuilt.values())
    assert sum("sensitive" in found for found in real.values()) == NOT_KNOWN_AS_SENSITIVE
    assert sum("deprecated" in found for found in real.values()) == NOT_KNOWN_AS_DEPRECATED


def test_the_app_is_one_block_of_three_required_texts(rebuilt_schema: ProviderSchema) -> None:
    app = rebuilt_schema["provider"]["block_types"]["app_auth"]
    assert app == {
        "nesting_mode": "list",
        "max_items": 1,
        "block": {
            "attributes": {
                name: {"type": "string", "required": True} for name in ("id", "installation_id", "pem_file")
            },
            "block_types": {},
        },
    }
