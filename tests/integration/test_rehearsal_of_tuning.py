"""A project that tunes a language model is rehearsed with a tiny one, which learns, passes and is registered."""

from pathlib import Path

import pytest
from rehearsed import ROOT, rehearsed
from terraform_starter import Missing

ENVIRONMENTS = ROOT / "environments"
ROLE, PIPELINE = "text-to-sql-sagemaker-execution", "text-to-sql-p-texttosql1"
BUILT = [
    ("text-to-sql-codepipeline", "read text-to-sql-build: "),
    ("text-to-sql-events", "the rule text-to-sql-build-push matches: started text-to-sql-build"),
    ("text-to-sql-codepipeline", "text-to-sql-build: Source/Source"),
    ("text-to-sql-codebuild", "text-to-sql-build: Build/Build"),
]
TUNED = [
    (ROLE, f"{PIPELINE}: FetchModel: Processing"),
    (ROLE, f"{PIPELINE}: Preprocess: Processing"),
    (ROLE, f"{PIPELINE}: Train: Training"),
    (ROLE, f"{PIPELINE}: Evaluate: Processing"),
    (ROLE, f"{PIPELINE}: DryRunOnly: DryRun false = true: no"),
    (ROLE, f"{PIPELINE}: GoodEnough: text_to_sql_metrics.execution_accuracy.value 1.0 >= AccuracyThreshold 0.8 and "),
    (ROLE, f"{PIPELINE}: Register: arn:aws:sagemaker:us-east-1:111111111111:model-package/{PIPELINE}/1"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_a_tiny_model_is_tuned_and_registered_as_the_execution_role(tmp_path: Path, missing: Missing) -> None:
    python = ROOT / ".venv-finetune/bin/python"
    if not python.exists():
        missing("there is no environment of the fine-tuning: make .venv-finetune/.installed")
    seen = rehearsed("dev/text-to-sql", tmp_path, missing, ENVIRONMENTS, python)
    seen.assert_done([*BUILT, *TUNED])
    assert seen.left_out == ["no project of this environment deploys it"]
    assert f"approved {PIPELINE}/1" in seen.told
    for right in ("s3:DeleteObject", "sagemaker:CreateModelPackage"):
        assert right in seen.used_by(ROLE)
