"""Every key that a project may have makes something in its stacks, or is noticed, or is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.files import ProjectKeys, TargetKeys
from sagemaker_templates.templates.registry import all_templates
from written_projects import (
    ACCOUNTS,
    CONNECTION,
    OTHER_WAYS,
    OWN,
    OWN_SWITCHES,
    SWITCHES,
    loaded,
    made_for,
    noticed_and_made,
    required_keys,
)

NETWORK = {
    "vpc-id": "vpc-%s0000001",
    "subnet-ids": ["subnet-%s0000002"],
    "security-group-ids": ["sg-%s0000003"],
    "vpc-owner-account-id": "%s00000000004",
}
IDENTITY = {
    "project-template-type",
    "sagemaker-project-name",
    "sagemaker-project-id",
    "repository-type",
    "repository-owner",
}
"""What a project is and where its code lives."""
COMMON: Mapping[str, Any] = {
    "sagemaker-domain-id": "d-marker",
    "sagemaker-domain-arn": "arn:aws:sagemaker:us-east-1:111111111111:domain/d-marker",
    "github-base-url": "https://marker.example.com",
    "aws-codeconnection-arn": CONNECTION,
    "repository-topics": ["marker-topic"],
    "cross-account-external-id": "marker-external-id",
    "permissions-boundary-name": "marker-boundary",
    "s3-access-logs-bucket-arn": "arn:aws:s3:::marker-logs",
    "tags": {"marker-tag": "x"},
    "custom-tags": {"marker-custom-tag": "x"},
}
TOKEN = {"access-token-secret-name": "marker-token-name"}
APP = {
    "github-app-id": "7654321",
    "github-app-installation-id": "8765432",
    "github-app-private-key-secret-name": "marker-key-name",
}


def test_each_key_of_each_template_is_found_in_the_projects_stacks_or_noticed(tmp_path: Path) -> None:
    projects = {template: _with_all_keys(template) for template in all_templates()}
    noticed, stacks = noticed_and_made(tmp_path, projects)
    for template, project in projects.items():
        text = made_for(stacks, project["sagemaker-project-name"])
        in_vain = {key for key, value in project.items() if key not in IDENTITY and _marker(value) not in text}
        assert in_vain == noticed.get(template, set()), template


def test_every_key_is_one_of_those_above() -> None:
    """A key that is added is added here."""
    assert {*IDENTITY, *COMMON, *TOKEN, *APP, *SWITCHES, "promotes-to"} == set(kebab(ProjectKeys.model_fields))
    assert {*NETWORK, "account-id", "region"} == set(kebab(TargetKeys.model_fields))
    for name, template in all_templates().items():
        given = {*OWN[name], *OWN_SWITCHES.get(name, ()), *OTHER_WAYS.get(name, ())}
        assert given == set(kebab(template.parameters.model_fields)), name


NOTICED = """\
project-template-type: %s
sagemaker-project-name: a
sagemaker-project-id: p-1
"""


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ("xgboost_abalone", "prod-region: us-east-1", "xgboost_abalone deploys to no stage"),
        ("xgboost_abalone", "prod-account-id: '222222222222'", None),
        ("xgboost_abalone", "dev-account-id: '111111111111'", None),
        ("xgboost_abalone", "dev-region: us-east-1", None),
        (
            "xgboost_abalone",
            "{dev-vpc-id: vpc-12345678, dev-subnet-ids: [subnet-12345678], dev-vpc-owner-account-id: '444444444444'}",
            "AWS lets the rights of jobs in a VPC name no subnet, and so no owner of one",
        ),
        (
            "finetune_llm_evaluation",
            "{repository-type: GitHub, repository-owner: a, aws-codeconnection-arn: '" + CONNECTION + "', "
            "branch-protection: false, required-reviews: 2}",
            "branch-protection is false, so that no pull request is needed",
        ),
    ],
)
def test_it_is_said_why_a_key_has_no_effect(tmp_path: Path, template: str, line: str, said: str | None) -> None:
    given = {**yaml.safe_load(NOTICED % template), **yaml.safe_load(line)}
    notices = loaded(tmp_path, {"a": given}).notices
    reasons = [notice.message.removeprefix("has no effect: ") for notice in notices]
    assert reasons == ([said] if said else [])


def test_one_stage_asks_nobody(tmp_path: Path) -> None:
    given = {**required_keys("model_deploy", "serving"), "enable-manual-approval": False}
    (notice,) = loaded(tmp_path, {"a": given}, promotes=False).notices
    assert (notice.key, notice.message) == (
        "enable-manual-approval",
        "has no effect: the project deploys to its own environment alone, where nobody is asked",
    )


def test_what_a_project_inherits_is_not_noticed(tmp_path: Path) -> None:
    defaults = (
        "defaults: {cross-account-external-id: ours, prod-vpc-id: vpc-20000001, prod-subnet-ids: [subnet-20000002]}"
    )
    assert loaded(tmp_path, {"a": yaml.safe_load(NOTICED % "xgboost_abalone")}, defaults).notices == ()


def test_a_stage_that_the_project_alone_describes_needs_its_region(tmp_path: Path) -> None:
    stage = {"pre-prod-account-id": "333333333333", "pre-prod-region": "us-east-1"}
    projects = {
        template: {**required_keys(template, template[:3]), **stage}
        for template in ("xgboost_abalone", "batch_inference")
    }
    notices = loaded(tmp_path, projects).notices
    assert [(notice.file.stem, notice.key) for notice in notices] == [("batch_inference", key) for key in stage]


def _with_all_keys(template: str) -> dict[str, Any]:
    """All that a file can hold side by side; one project has an app in place of a token."""
    name = template.replace("_", "-")[:18]
    return {
        **required_keys(template, name),
        **COMMON,
        "repository-type": "GitHub Enterprise",
        "repository-owner": f"owner-{name}",
        **(APP if template == "hf_import_models" else TOKEN),
        **_network("dev", "1"),
        **_network("prod", "2"),
        "prod-account-id": ACCOUNTS["prod"],
        "promotes-to": ["prod"],
    }


def _network(environment: str, digit: str) -> dict[str, Any]:
    return {f"{environment}-{key}": json.loads(json.dumps(value) % digit) for key, value in NETWORK.items()}


def _marker(value: Any) -> str:
    """What of a value is found in a stack's JSON, and nowhere else; a domain's id is a part of its ARN too."""
    if value == ["prod"]:
        return f"arn:aws:iam::{ACCOUNTS['prod']}:ro"  # of its readers, the root or a role
    first = next(iter(value)) if isinstance(value, (list, dict)) else value
    return f'"{first}"' if first.startswith("d-") else first.rpartition(":::")[2]
