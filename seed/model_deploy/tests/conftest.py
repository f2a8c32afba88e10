"""What the tests share. They need no AWS account, no network and no Terraform."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deploy.environments import ROOT
from deploy.resolve import Release
from deploy.target import Facts

GROUP = "abalone-p-abalone01"
PACKAGE = f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{GROUP}/3"
FACTS: dict[str, Any] = {
    "environment": "prod",
    "account_id": "333333333333",
    "region": "us-east-1",
    "endpoint_name": "abalone-prod",
    "execution_role_arn": "arn:aws:iam::333333333333:role/model-deploy/abalone-prod-endpoint",
    "kms_key_arn": "arn:aws:kms:us-east-1:333333333333:key/11111111-2222-3333-4444-555555555555",
    "data_capture_uri": "s3://abalone-prod-capture-333333333333/captured",
    "state": {"bucket": "tfstate", "key": "prod-abalone-endpoint/terraform.tfstate", "region": "us-east-1"},
    "tags": {"sagemaker:project-name": "abalone"},
}

Write = Callable[..., Path]


@pytest.fixture
def release() -> Release:
    """Version 3."""
    return Release("ready", GROUP, PACKAGE, 3)


@pytest.fixture
def facts() -> Facts:
    """A target without a VPC, which captures data."""
    return Facts.model_validate(FACTS)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a repository with the shipped ``default.yml`` and the given text as ``prod.yml``; gives its folder."""

    def written(prod: str, default: str | None = None) -> Path:
        folder = tmp_path / "environments"
        folder.mkdir(exist_ok=True)
        shutil.copytree(ROOT / "samples", tmp_path / "samples", dirs_exist_ok=True)
        shipped = (ROOT / "environments/default.yml").read_text(encoding="utf-8")
        (folder / "default.yml").write_text(shipped if default is None else default, encoding="utf-8")
        (folder / "prod.yml").write_text(prod, encoding="utf-8")
        return tmp_path

    return written
