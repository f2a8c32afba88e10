"""The schema that the stand-in provider serves is rebuilt from the bindings; here it is held against the real one.

``github-provider-6.9.0.json`` is what ``terraform providers schema`` says of version 6.9.0, in few words.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from github_provider_schema import rebuilt_schema

REAL: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("github-provider-6.9.0.json").read_text())
# What the bindings do not tell: the shape of what is computed as a list of objects. Nothing can be written there.
NOT_REBUILT = {
    ("github_actions_hosted_runner", "machine_size_details"),
    ("github_actions_hosted_runner", "public_ips"),
    ("github_repository_collaborators", "invitation_ids"),
}


@cache
def _rebuilt() -> dict[str, dict[str, Any]]:
    schema = rebuilt_schema()
    return {"provider": _in_words(schema["provider"])} | {
        name: _in_words(block) for name, block in schema["resources"].items()
    }


def _in_words(block: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: f"{_type(one['type'])} {' '.join(flag for flag in ('required', 'optional', 'computed') if one[flag])}"
        for name, one in block["attributes"].items()
    }
    blocks = {name + " {}": {"": _nesting(one), **_in_words(one["block"])} for name, one in block["blocks"].items()}
    return attributes | blocks


def _type(type_: Any) -> str:
    return type_ if isinstance(type_, str) else re.sub(r'[" ]', "", json.dumps(type_))


def _nesting(block: dict[str, Any]) -> str:
    return (
        f"{block['nesting']} {'many' if block['many'] else 'one'} {'required' if block['required'] else 'optional'}"
    )


def test_every_resource_is_rebuilt_and_none_is_invented() -> None:
    assert sorted(_rebuilt()) == sorted(REAL)


@pytest.mark.parametrize("name", REAL)
def test_arguments_types_and_blocks_are_the_providers_own(name: str) -> None:
    left_out = {attribute for resource, attribute in NOT_REBUILT if resource == name}
    assert all(REAL[name][attribute].endswith(" computed") for attribute in left_out)
    assert _rebuilt()[name] == {key: value for key, value in REAL[name].items() if key not in left_out}
