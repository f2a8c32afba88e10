"""Terraform in a folder that holds a plan, its lock file, and nothing else of the repository."""

import os
from collections.abc import Mapping
from pathlib import Path

from deploy.install import terraform
from deploy.terraform import PLAN_FILE, Terraform

from .plan_file import PlanFile

# Enough to install the provider. Of what is applied, all comes from the plan: Terraform reads no other file for it.
_CONFIGURATION = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}
"""
_NOT_PASSED_ON = ("TF_VAR_", "TF_CLI_ARGS")


def prepared(folder: Path, file: PlanFile, environment: Mapping[str, str] = os.environ) -> Terraform:
    """Fill an empty folder, and install exactly the provider that the plan was made with.

    Raises:
        DeployError: Terraform or the provider cannot be had.
    """
    folder.mkdir(parents=True)
    (folder / "versions.tf").write_text(_CONFIGURATION, encoding="utf-8")
    (folder / ".terraform.lock.hcl").write_bytes(file.lock)
    file.write(folder / PLAN_FILE)
    passed_on = {name: value for name, value in environment.items() if not name.startswith(_NOT_PASSED_ON)}
    runner = Terraform(terraform(), folder, passed_on)
    runner.init()
    return runner
