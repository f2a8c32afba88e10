"""Providers that cannot be had are told of before anything is made of the stacks, with the stack that needs them."""

import json
import sys
from pathlib import Path

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.terraform import ProviderUnavailableError

AWS = {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}
GITHUB = {"source": "integrations/github", "version": ">= 6.9, < 7"}

# A Terraform that has AWS's provider, and nobody to ask for another.
_OFFLINE = """
import json, pathlib, sys
needed = json.loads(pathlib.Path("main.tf.json").read_text())["terraform"]["required_providers"]
print("call", *needed)
for required in needed.values():
    if required["source"] != "hashicorp/aws":
        sys.stderr.write("Error: Failed to query available provider packages\\n\\n")
        sys.stderr.write(f"Could not retrieve the list of versions for provider\\n{required['source']}: no\\n")
        sys.exit(1)
"""


def _installations(folder: Path) -> ProviderInstallations:
    program = folder / "terraform.py"
    program.write_text(_OFFLINE)
    return ProviderInstallations(
        Engine("Terraform", (sys.executable, str(program)), "1.11.4"), {}, folder / "providers"
    )


def _stack(folder: Path, name: str, **required: dict[str, str]) -> Path:
    stack = folder / name
    stack.mkdir()
    (stack / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": required}}))
    return stack


def test_the_first_stack_that_needs_a_missing_provider_is_named(tmp_path: Path) -> None:
    stacks = [
        _stack(tmp_path, "dev-abalone", aws=AWS),
        _stack(tmp_path, "prod-foundation", aws=AWS, github=GITHUB),
        _stack(tmp_path, "prod-llama", aws=AWS, github=GITHUB),
    ]
    with pytest.raises(ProviderUnavailableError) as error:
        _installations(tmp_path).check_others(stacks)
    assert str(error.value).startswith("prod-foundation needs the provider integrations/github, found neither")


def test_stacks_that_need_no_other_provider_cost_no_command(tmp_path: Path) -> None:
    _installations(tmp_path).check_others([_stack(tmp_path, "dev-abalone", aws=AWS)])
    assert not (tmp_path / "providers").exists()


def test_a_missing_provider_of_aws_names_the_stack_and_not_the_folder_that_was_tried(tmp_path: Path) -> None:
    stack = _stack(tmp_path, "dev-abalone", aws={**AWS, "source": "hashicorp/nothing"})
    with pytest.raises(ProviderUnavailableError) as error:
        _installations(tmp_path).needed_by(stack)
    assert str(error.value).startswith("dev-abalone needs the provider hashicorp/nothing, found neither")
