"""A project on GitHub that imports a model: the connection starts it, and the import runs as a role of its own."""

from pathlib import Path

import pytest
from rehearsed import ROOT, rehearsed
from terraform_starter import Missing

ENVIRONMENTS = ROOT / "tests/unit/golden/github-organization/environments"
PIPELINE = "llama-p-llama01"
BY_ROLES = [
    ("llama-codepipeline", "read llama-build: "),
    ("llama-codepipeline", "llama-build: Source/Source"),
    ("llama-codebuild", "llama-build: Build/Build"),
    ("llama-huggingface-import", f"{PIPELINE}: Import: Processing"),
    ("llama-sagemaker-execution", f"{PIPELINE}: IsNew: registered no = no: yes"),
    ("llama-sagemaker-execution", f"{PIPELINE}: Register: arn:aws:sagemaker:us-east-1:111111111111:model-package/"),
]
USED = [
    ("llama-codepipeline", "codeconnections:UseConnection"),
    ("llama-codepipeline", "s3:PutObjectAcl"),
    ("llama-huggingface-import", "secretsmanager:GetSecretValue"),
    ("llama-sagemaker-execution", "iam:PassRole"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_a_model_is_imported_by_a_project_on_github_with_neither_github_nor_the_hub(
    tmp_path: Path, missing: Missing
) -> None:
    seen = rehearsed("dev/llama", tmp_path, missing, ENVIRONMENTS)
    seen.assert_done(BY_ROLES)
    connection = "01234567-89ab-cdef-0123-456789abcdef"
    started = f"pushed to main of example-org/llama-build: the connection {connection} starts llama-build"
    assert started in seen.told
    assert f"approved {PIPELINE}/1" in seen.told
    assert seen.left_out[1:] == ["no project of this environment deploys it"]
    assert " resources of GitHub" in seen.left_out[0]
    for role, right in USED:
        assert right in seen.used_by(role)
