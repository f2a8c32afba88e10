"""The calls that tests of rights take for those of our programs are the ones that the programs' text has."""

import json
import re
from collections.abc import Iterator

import pytest
from botocore import xform_name
from deeds_of_programs import PROGRAMS, TERRAFORM, deeds_of_programs
from golden_roles import golden_stacks
from sagemaker_templates.emulator.requests.models import service_model
from synthesized import ROOT

CALLS = {
    (deed.act, asked.service, asked.operation)
    for stack in golden_stacks()
    for deed in deeds_of_programs(stack)
    for asked in deed.asked
}
_DOWNLOAD = {"download_file": ("HeadObject", "GetObject")}
"""What boto3's own functions call."""

STATE = {f"s3:{operation}" for operation in ("DeleteObject", "GetObject", "ListObjectsV2", "PutObject")}
"""Of Terraform's backend (https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required)."""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_makes_the_calls_that_are_taken_for_its_own_and_no_others(program: str) -> None:
    taken = {(service, operation) for act, service, operation in CALLS if act == program}
    text = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in PROGRAMS[program])
    assert {operation for _, operation in taken} == set(_called(text, {service for service, _ in taken}))


def _called(text: str, services: set[str]) -> Iterator[str]:
    """The operations of some services that are called in a text: as a client's method, or page by page."""
    written = {*re.findall(r"\.(\w+)[(,]", text), *re.findall(r"get_paginator\(\"(\w+)\"\)", text)}
    for service in services:
        operations = service_model(service).operation_names  # type: ignore[union-attr]
        yield from (one for one in operations if xform_name(one) in written)
    yield from (one for name in _DOWNLOAD.keys() & written for one in _DOWNLOAD[name])


def test_every_call_is_of_a_program_or_of_terraform() -> None:
    assert {act for act, _, _ in CALLS} == {*PROGRAMS, TERRAFORM}


def test_terraform_makes_the_calls_of_the_repositorys_resources_and_of_its_backend() -> None:
    written = "\n".join(file.read_text() for file in (ROOT / "seed/model_deploy/terraform").glob("*.tf"))
    kinds = re.findall(r'^resource "(\w+)"', written, re.MULTILINE)
    recorded = json.loads((ROOT / "tests/unit/emulator/operations_of_terraform.json").read_text(encoding="utf-8"))
    called = {one for kind in kinds for one in recorded["resource_types"][kind]}
    assert {f"{service}:{operation}" for act, service, operation in CALLS if act == TERRAFORM} == called | STATE
