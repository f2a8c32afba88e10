"""Projects on GitHub that import a model and deploy it: connections start them, and its files answer at endpoints."""

from pathlib import Path

import pytest
from rehearsed import ROOT, rehearsed
from terraform_starter import Missing

ENVIRONMENTS = Path(__file__).parent / "environments_of_import"
PIPELINE, GROUP = "llama-p-llama01", "arn:aws:sagemaker:us-east-1:111111111111:model-package/"
CONNECTION = "01234567-89ab-cdef-0123-456789abcdef"
IMPORTED = [
    ("llama-huggingface-import", f"{PIPELINE}: Import: Processing"),
    ("llama-sagemaker-execution", f"{PIPELINE}: IsNew: registered no = no: yes"),
    ("llama-sagemaker-execution", f"{PIPELINE}: Register: {GROUP}"),
]
# What is pushed before anything is approved, and is therefore not deployed.
SETTLED = [
    ("serving-codepipeline", "read serving-deploy: "),
    ("serving-codepipeline", "serving-deploy: Source/Source"),
    ("serving-codebuild", "serving-deploy: Resolve/Resolve"),
]
RELEASED = [
    ("serving-pipeline-start", "the rule serving-deploy-approval matches: started serving-deploy"),
    *SETTLED[1:],
    ("serving-codebuild", "serving-deploy: Deploy_dev/Plan"),
    ("serving-review", "serving-deploy: Deploy_dev/Review"),
    ("serving-apply-dev", "serving-deploy: Deploy_dev/Apply"),
    ("serving-codebuild", "serving-deploy: Deploy_prod/Plan"),
    ("serving-review", "serving-deploy: Deploy_prod/Review"),
    ("serving-codepipeline", "serving-deploy: Deploy_prod/Approve"),
    ("serving-apply-prod", "serving-deploy: Deploy_prod/Apply"),
    ("serving-dev-endpoint", "serving-dev: pulled its image, loaded its model, started"),
    ("serving-prod-endpoint", "serving-prod: pulled its image, loaded its model, started"),
    ("serving-dev-endpoint", "serving-dev: captured 4 of 4 answers (100 %) in s3://serving-dev-capture-"),
]
BY_ROLES = [
    ("llama-codepipeline", "read llama-build: "),
    ("llama-codepipeline", "llama-build: Source/Source"),
    ("llama-codebuild", "llama-build: Build/Build"),
    *IMPORTED,
    *SETTLED,
    *RELEASED,
    *IMPORTED,
    ("llama-sagemaker-execution", f"registered the same model once more: {PIPELINE}/3"),
    *RELEASED,
]
USED = [
    ("llama-codepipeline", "codeconnections:UseConnection"),
    ("llama-codepipeline", "s3:PutObjectAcl"),
    ("llama-huggingface-import", "secretsmanager:GetSecretValue"),
    ("llama-sagemaker-execution", "iam:PassRole"),
    ("serving-codepipeline", "codeconnections:UseConnection"),
    ("serving-prod-endpoint", "kms:Decrypt"),
    ("serving-prod-endpoint", "s3:GetObject"),
    ("serving-prod-endpoint", "s3:ListBucket"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_a_model_is_imported_and_deployed_from_github_with_neither_github_nor_the_hub(
    tmp_path: Path, missing: Missing
) -> None:
    python = ROOT / ".venv-finetune/bin/python"
    if not python.exists():
        missing("there is no environment of the fine-tuning: make .venv-finetune/.installed")
    seen = rehearsed("dev/serving", tmp_path, missing, ENVIRONMENTS, model_python=python)
    seen.assert_done(BY_ROLES)
    for repository, pipeline in (("llama-build", "llama-build"), ("serving-deploy", "serving-deploy")):
        started = f"pushed to main of example-org/{repository}: the connection {CONNECTION} starts {pipeline}"
        assert started in seen.told
    for version in (1, 2):
        assert f"approved {PIPELINE}/{version}" in seen.told
    for stage in ("dev", "prod"):
        invoked = f"invoked serving-{stage}, by transformers in the place of huggingface-pytorch-tgi-inference"
        assert seen.told.count(f"{invoked}: 4 requests answered") == 2
        replaced = f"serving-{stage} serves {PIPELINE}/2, rolled out ALL_AT_ONCE"
        assert f"{replaced}; the earlier model and configuration are gone" in seen.told
    (left_out,) = seen.left_out
    assert " resources of GitHub" in left_out
    for role, right in USED:
        assert right in seen.used_by(role)
