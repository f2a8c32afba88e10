"""A project that tunes a language model is rehearsed with a tiny one, and says what it leaves out."""

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
    (ROLE, f"{PIPELINE}: DryRunOnly: DryRun true = true: yes"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_a_tiny_model_is_tuned_as_the_execution_role_in_a_dry_run(tmp_path: Path, missing: Missing) -> None:
    python = ROOT / ".venv-finetune/bin/python"
    if not python.exists():
        missing("there is no environment of the fine-tuning: make .venv-finetune/.installed")
    seen = rehearsed("dev/text-to-sql", tmp_path, missing, ENVIRONMENTS, python)
    seen.assert_done([*BUILT, *TUNED])
    assert seen.left_out == [f"registering: {PIPELINE} tunes a tiny model that has learned nothing, in a dry run"]
    assert "s3:DeleteObject" in seen.used_by(ROLE)
