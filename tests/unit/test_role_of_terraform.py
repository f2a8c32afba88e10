"""The role that Terraform takes for an environment stands in provider and state, and nowhere without the setting."""

import json
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration

ROLE = "arn:aws:iam::111111111111:role/deploy"
S3 = "state: {type: s3, bucket: tfstate, key-prefix: ml}\n"
LOCAL = "state: {type: local}\n"
ENVIRONMENT = 'account-id: "111111111111"\nregion: us-east-1\n'
DEPLOY = f"deploy-role: {{arn: '{ROLE}'}}\n"
PROJECT = (
    "project-template-type: xgboost_abalone\nsagemaker-project-name: abalone\nsagemaker-project-id: p-abalone01\n"
)


def _foundation(folder: Path, *lines: str) -> dict[str, Any]:
    environment = folder / "environments" / "dev"
    (environment / "projects").mkdir(parents=True)
    (environment / "environment.yaml").write_text(ENVIRONMENT + "".join(lines))
    (environment / "projects" / "abalone.yaml").write_text(PROJECT)
    configuration = load_configuration(folder / "environments")
    write_stacks(configuration, environments=folder / "environments", output=folder / "out")
    stack: dict[str, Any] = json.loads((folder / "out" / "stacks" / "dev-foundation" / "cdk.tf.json").read_text())
    return stack


@pytest.mark.parametrize("engine", ["terraform", "opentofu"])
def test_provider_and_state_take_it_and_a_plan_may_name_another(tmp_path: Path, engine: str) -> None:
    stack = _foundation(tmp_path, S3, DEPLOY, f"engine: {engine}\n")
    (provider,) = stack["provider"]["aws"]
    asked = {"session_name": "sagemaker-templates"}
    assert provider["assume_role"] == [{**asked, "role_arn": "${var.deploy_role_arn}"}]
    assert stack["terraform"]["backend"]["s3"]["assume_role"] == {**asked, "role_arn": ROLE}
    variable = stack["variable"]["deploy_role_arn"]
    assert (variable["default"], variable["ephemeral"]) == (ROLE, True)


def test_a_state_in_a_folder_needs_none(tmp_path: Path) -> None:
    stack = _foundation(tmp_path, LOCAL, DEPLOY)
    assert set(stack["terraform"]["backend"]["local"]) == {"path"}
    assert stack["provider"]["aws"][0]["assume_role"][0]["role_arn"] == "${var.deploy_role_arn}"


def test_without_the_setting_nobody_takes_a_role(tmp_path: Path) -> None:
    stack = _foundation(tmp_path, S3)
    assert "variable" not in stack
    assert "assume_role" not in stack["provider"]["aws"][0]
    assert "assume_role" not in stack["terraform"]["backend"]["s3"]
