"""What every synthesized stack promises, whatever the template and the options."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.blocks.protection import REMOVED_TF
from sagemaker_templates.output_folder.ownership import MARKER, listing, owned
from synthesized import CASES, ROOT, SHIPPED, documents, files, files_of, synthesize_copy

STACKS = [(case, stack) for case in CASES for stack in documents(case)]
each_stack = pytest.mark.parametrize(("case", "stack"), STACKS, ids=lambda value: value)


def _resources(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, named in document["resource"].items():
        for name, body in named.items():
            yield f"{kind}.{name}", body


def _blocks(value: object) -> Iterator[object]:
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in inside:
        # No default tags: the provider takes nothing but an empty map there.
        if inner != {"default_tags": {"tags": {}}}:
            yield from _blocks(inner)


def test_two_runs_give_the_same_bytes_wherever_they_run(tmp_path: Path) -> None:
    assert files_of(synthesize_copy(SHIPPED, tmp_path / "elsewhere")) == files(SHIPPED)


@each_stack
def test_no_absolute_path_and_no_time_is_in_a_stack(case: str, stack: str) -> None:
    text = json.dumps(documents(case)[stack])
    machine_paths = re.findall(r'"/(?:home|tmp|usr|var|opt|Users|private)/[^"]*"', text)
    assert machine_paths == []
    assert str(ROOT) not in text
    assert re.findall(r"20\d\d-\d\d-\d\dT\d\d", text) == []


@each_stack
def test_no_block_is_empty(case: str, stack: str) -> None:
    """An empty block is a struct whose snake_case keys were silently dropped on the way to Node."""
    document = documents(case)[stack]
    empty = [address for address, body in _resources(document) if {} in list(_blocks(body))]
    assert empty == []


@each_stack
def test_every_stack_has_a_backend_and_a_state_of_its_own(case: str, stack: str) -> None:
    backends = [json.dumps(document["terraform"]["backend"]) for document in documents(case).values()]
    assert len(set(backends)) == len(backends)
    (kind, backend), *rest = documents(case)[stack]["terraform"]["backend"].items()
    assert rest == []
    if kind == "s3":
        assert backend["use_lockfile"] is True
        assert backend["encrypt"] is True
    else:
        assert not Path(backend["path"]).is_absolute()


@each_stack
def test_a_stack_refuses_another_account(case: str, stack: str) -> None:
    (provider,) = documents(case)[stack]["provider"]["aws"]
    assert len(provider["allowed_account_ids"]) == 1


@each_stack
def test_the_required_terraform_stands_beside_the_json(case: str, stack: str) -> None:
    assert 'required_version = ">= 1.11"' in files(case)[f"{stack}/versions.tf"].decode()
    assert "required_version" not in documents(case)[stack]["terraform"]


@pytest.mark.parametrize("case", CASES)
def test_what_earlier_versions_wrote_without_lists_is_known_as_ours(case: str, tmp_path: Path) -> None:
    later = (MARKER, REMOVED_TF)
    written = {f"stacks/{path}": content for path, content in files(case).items() if not path.endswith(later)}
    for path, content in written.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert owned(tmp_path) == written.keys()


@pytest.mark.parametrize("case", CASES)
def test_the_list_of_a_stack_names_every_file_of_it(case: str) -> None:
    for stack in documents(case):
        names = {path.removeprefix(f"{stack}/") for path in files(case) if path.startswith(f"{stack}/")}
        assert files(case)[f"{stack}/{MARKER}"].decode() == listing(names - {MARKER})
