"""A project that predicts whole files is rehearsed with the one that trains: each trigger, each role, and results."""

from pathlib import Path

import pytest
from rehearsed import rehearsed
from terraform_starter import Missing

ROLE = "scoring-sagemaker-execution"
PIPELINE = "scoring-p-scoring01"
BY_ROLES = [
    ("abalone-codepipeline", "read abalone-build: "),
    ("abalone-events", "the rule abalone-build-push matches: started abalone-build"),
    ("abalone-codepipeline", "abalone-build: Source/Source"),
    ("abalone-codebuild", "abalone-build: Build/Build"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Preprocess: Processing"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Train: Training"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Evaluate: Processing"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: GoodEnough: "),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Register: arn:aws:sagemaker:us-east-1:111111111111:"),
    ("scoring-codepipeline", "read scoring-build: "),
    ("scoring-events", "the rule scoring-build-push matches: started scoring-build"),
    ("scoring-codepipeline", "scoring-build: Source/Source"),
    ("scoring-codebuild", "scoring-build: Build/Build"),
    (ROLE, f"{PIPELINE}: SelectModel: No model of the group abalone-p-abalone01 is approved yet"),
    (ROLE, f"{PIPELINE}: ModelApproved: approved False = True: no"),
    ("scoring-pipeline-start", f"the rule scoring-build-approval matches: started {PIPELINE}"),
    (ROLE, f"{PIPELINE}: SelectModel: Predicting with arn:aws:sagemaker:us-east-1:111111111111:model-package/"),
    (ROLE, f"{PIPELINE}: ModelApproved: approved True = True: yes"),
    (ROLE, f"{PIPELINE}: Prepare: 50 rows usable, 0 put aside"),
    (ROLE, f"{PIPELINE}: EnoughRows: enough True = True: yes"),
    (ROLE, f"{PIPELINE}: CreateModel: Model"),
    (ROLE, f"{PIPELINE}: Transform: Transform"),
    (
        "scoring-pipeline-start",
        f"the schedule cron(0 6 * * ? *) of the rule scoring-build-schedule: started {PIPELINE}",
    ),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_predictions_start_by_push_approval_and_schedule_and_lie_in_the_bucket(
    tmp_path: Path, missing: Missing
) -> None:
    seen = rehearsed("dev/scoring", tmp_path, missing)
    seen.assert_done(BY_ROLES)
    assert seen.left_out == []
    (results,) = [what for what in seen.told if " predictions are in " in what]
    assert results.startswith(f"50 predictions are in pipelines/{PIPELINE}/executions/")
    assert results.endswith("/Transform/rows.csv.out")
    assert f"deleted the pipeline {PIPELINE} and 1 model whose names begin with scoring-" in seen.told
