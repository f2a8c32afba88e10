"""The Terraform module of the repository that deploys: created, unchanged, rolled out, rolled back, destroyed."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deploy.environments import ROOT, load
from deploy.plan import CONFIGURATION
from deploy.resolve import Release
from deploy.variables import variables
from facts_of_target import REGION, facts_of_target
from roles_on_emulator import new_role, policy
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from terraform_starter import Missing, TerraformStarter

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

ACCOUNT = "333333333333"
FACTS = facts_of_target("prod", ACCOUNT)
ENDPOINT = FACTS.endpoint_name
REGISTRY, GROUP = "111111111111", "abalone"
LOCAL_STATE = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}

Module = Callable[[int], Terraform]


@pytest.fixture
def release_of(emulator: Emulator, starter: TerraformStarter, provider: ProviderSource, tmp_path: Path) -> Module:
    """Return a function that prepares the module for a version of the model, with the settings of prod."""
    _role_of_endpoint(emulator)
    key = emulator.client("kms", ACCOUNT, REGION).create_key()["KeyMetadata"]["Arn"]
    facts = FACTS.model_copy(update={"kms_key_arn": key})
    _registry(emulator)
    folder = tmp_path / "terraform"
    shutil.copytree(CONFIGURATION, folder)
    (folder / "backend_override.tf.json").write_text(json.dumps(LOCAL_STATE))
    environment = {**emulator.environment(ACCOUNT, REGION), **provider.environment()}
    runner = starter.start_module(folder, environment, tmp_path / "data")

    def prepared(version: int) -> Terraform:
        arn = f"arn:aws:sagemaker:{REGION}:{REGISTRY}:model-package/{GROUP}/{version}"
        content = variables(load("prod"), facts, Release("ready", "abalone", arn, version), CONFIGURATION)
        (folder / "terraform.tfvars.json").write_text(json.dumps(content))
        return runner

    return prepared


def _role_of_endpoint(emulator: Emulator) -> None:
    trusted = {"Service": "sagemaker.amazonaws.com"}
    new_role(emulator, ACCOUNT, FACTS.execution_role_arn.rpartition("/")[2], trusted=trusted, path="/model-deploy/")


def _registry(emulator: Emulator) -> None:
    """The group of the models, in another account, whose policy lets this one make models of them."""
    sagemaker = emulator.client("sagemaker", REGISTRY, REGION)
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    opened = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sagemaker:CreateModel",
        "Resource": f"arn:aws:sagemaker:{REGION}:{REGISTRY}:model-package/{GROUP}/*",
    }
    sagemaker.put_model_package_group_policy(ModelPackageGroupName=GROUP, ResourcePolicy=policy(opened))


def serving(emulator: Emulator) -> tuple[str, list[str], list[str]]:
    """What the endpoint serves, and the configurations and models that are there."""
    sagemaker = emulator.client("sagemaker", ACCOUNT, REGION)
    configurations: list[dict[str, Any]] = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    models: list[dict[str, Any]] = sagemaker.list_models()["Models"]
    return (
        sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"],
        sorted(each["EndpointConfigName"] for each in configurations),
        sorted(each["ModelName"] for each in models),
    )


def test_a_rollback_fails_the_apply_and_keeps_what_serves_until_a_later_one_succeeds(
    emulator: Emulator, release_of: Module
) -> None:
    """The provider takes a rollback for a success, and would delete the configuration that still serves."""
    release_of(1).apply()
    old, *_ = serving(emulator)
    again = release_of(1).plan()
    assert not again.has_changes, again.text

    alarms = emulator.client("cloudwatch", ACCOUNT, REGION)
    alarms.set_alarm_state(AlarmName=f"{ENDPOINT}-server-errors", StateValue="ALARM", StateReason="a test")
    with pytest.raises(TerraformError, match="Resource postcondition failed"):
        release_of(2).apply()
    served, configurations, _ = serving(emulator)
    assert served == old
    assert old in configurations

    alarms.set_alarm_state(AlarmName=f"{ENDPOINT}-server-errors", StateValue="OK", StateReason="a test")
    release_of(2).apply()
    served, configurations, models = serving(emulator)
    assert served != old
    assert configurations == [served]
    assert len(models) == 1
    after = release_of(2).plan()
    assert not after.has_changes, after.text

    release_of(2).destroy()
    sagemaker = emulator.client("sagemaker", ACCOUNT, REGION)
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    assert alarms.describe_alarms()["MetricAlarms"] == []


def test_the_module_can_be_checked_on_ones_own_machine_as_the_readme_says(
    provider: ProviderSource, missing: Missing, tmp_path: Path
) -> None:
    """With neither a state nor credentials."""
    if not shutil.which("terraform"):
        missing("there is no terraform on the PATH")
    (line,) = re.findall(r"`(terraform -chdir=terraform init[^`]*)`", (ROOT / "README.md").read_text())
    shutil.copytree(CONFIGURATION, tmp_path / "terraform")
    without_credentials = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    checked = subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env=without_credentials | provider.environment() | {"CHECKPOINT_DISABLE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "The configuration is valid" in checked.stdout
