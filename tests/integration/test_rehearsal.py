"""``make rehearsal`` shows what roles do after the applies, and ends with a report of it."""

import re
from html import unescape
from pathlib import Path

import pytest
from made import made
from terraform_starter import Missing
from trained_model import seed_python

# One execution of the ML pipeline, and one release of what it has trained.
TRAINED = [
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Preprocess: Processing"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Train: Training"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Evaluate: Processing"),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: GoodEnough: regression_metrics.mse.value "),
    ("abalone-sagemaker-execution", "abalone-p-abalone01: Register: arn:aws:sagemaker:us-east-1:111111111111:"),
]
RELEASED = [
    ("serving-pipeline-start", "the rule serving-deploy-approval matches: started serving-deploy"),
    ("serving-codepipeline", "serving-deploy: Source/Source"),
    ("serving-codebuild", "serving-deploy: Resolve/Resolve"),
    ("serving-codebuild", "serving-deploy: Deploy_dev/Plan"),
    ("serving-review", "serving-deploy: Deploy_dev/Review"),
    ("serving-apply-dev", "serving-deploy: Deploy_dev/Apply"),
    ("serving-codebuild", "serving-deploy: Deploy_pre-prod/Plan"),
    ("serving-review", "serving-deploy: Deploy_pre-prod/Review"),
    ("serving-codepipeline", "serving-deploy: Deploy_pre-prod/Approve"),
    ("serving-apply-pre-prod", "serving-deploy: Deploy_pre-prod/Apply"),
    ("serving-codebuild", "serving-deploy: Deploy_prod/Plan"),
    ("serving-review", "serving-deploy: Deploy_prod/Review"),
    ("serving-codepipeline", "serving-deploy: Deploy_prod/Approve"),
    ("serving-apply-prod", "serving-deploy: Deploy_prod/Apply"),
    ("serving-dev-endpoint", "serving-dev: pulled its image, loaded its model, started"),
    ("serving-pre-prod-endpoint", "serving-pre-prod: pulled its image, loaded its model, started"),
    ("serving-prod-endpoint", "serving-prod: pulled its image, loaded its model, started"),
    ("serving-dev-endpoint", "serving-dev: captured 5 of 5 answers (100 %) in s3://serving-dev-capture-"),
    (
        "serving-pre-prod-endpoint",
        "serving-pre-prod: captured 1 of 5 answers (20 %) in s3://serving-pre-prod-capture-",
    ),
    ("serving-prod-endpoint", "serving-prod: captured 1 of 10 answers (10 %) in s3://serving-prod-capture-"),
]

# Who does what, in its order; what the administrator does is not listed.
BY_ROLES = [
    ("abalone-codepipeline", "read abalone-build: "),
    ("abalone-events", "the rule abalone-build-push matches: started abalone-build"),
    ("abalone-codepipeline", "abalone-build: Source/Source"),
    ("abalone-codebuild", "abalone-build: Build/Build"),
    *TRAINED,
    ("serving-codepipeline", "read serving-deploy: "),
    *RELEASED,
    *TRAINED,
    ("abalone-sagemaker-execution", "registered the same model once more: abalone-p-abalone01/3"),
    *RELEASED,
]

# As many requests are answered as it takes for one of them to be captured.
STAGES = [("dev", "111111111111", 5), ("pre-prod", "222222222222", 5), ("prod", "333333333333", 10)]

USED_RIGHTS = [
    ("abalone-codebuild", "sagemaker:CreatePipeline"),
    ("abalone-codepipeline", "codecommit:UploadArchive"),
    ("abalone-events", "codepipeline:StartPipelineExecution"),
    ("abalone-sagemaker-execution", "kms:CreateGrant"),
    ("abalone-sagemaker-execution", "sagemaker:CreateModelPackage"),
    ("serving-pre-prod-planner", "s3:ListBucket"),
    ("serving-prod-deployer", "sagemaker:CreateEndpoint"),
    ("serving-prod-endpoint", "s3:GetObject"),
    ("serving-prod-endpoint", "s3:PutObject"),
    ("serving-prod-retirement", "sagemaker:DeleteEndpoint"),
]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_the_rehearsal_shows_each_step_as_the_role_that_takes_it_and_writes_it_down(
    tmp_path: Path, missing: Missing
) -> None:
    if seed_python() is None:
        missing("there is no environment of the seeds: set SEED_PYTHON to its Python")
    report = tmp_path / "report"
    printed = made(tmp_path / "out", missing, "rehearsal", f"REPORT={report}")
    lines = re.findall(r"^ +[\d.]+ s  (ok|left out) +(\d{12})  (\S+) +(.*)$", printed, re.MULTILINE)
    acted = [(role, what) for _, _, role, what in lines if role != "administrator"]
    told = [(account, what) for _, account, role, what in lines if role == "administrator"]
    assert [role for role, _ in acted] == [role for role, _ in BY_ROLES]
    assert all(what.startswith(begins) for (_, what), (_, begins) in zip(acted, BY_ROLES, strict=True))
    assert [what for outcome, _, _, what in lines if outcome == "left out"] == []
    assert [what for _, what in told if "abalone-p-abalone01/" in what and "serving" not in what] == [
        "approved abalone-p-abalone01/1",
        "told EventBridge that abalone-p-abalone01/2 is PendingManualApproval: no rule matches",
        "rejected abalone-p-abalone01/3",
        "told EventBridge that abalone-p-abalone01/3 is Rejected: no rule matches",
        "approved abalone-p-abalone01/2",
    ]
    for stage, account, answered in STAGES:
        served = [
            f"serving-{stage} is InService",
            f"invoked serving-{stage}, in its container's own server: {answered} requests answered, "
            f"{answered} mistakes with 400, 406, 415 and a reason",
            f"read back what serving-{stage} captured: as asked and answered",
        ]
        routing = "ALL_AT_ONCE" if stage == "dev" else "CANARY"
        assert [what for where, what in told if where == account and f"serving-{stage}" in what] == [
            *served,
            *served,
            f"serving-{stage} serves abalone-p-abalone01/2, rolled out {routing}; "
            "the earlier model and configuration are gone",
        ]
    assert [re.sub(r":.*", "", what) for _, what in told if what.startswith("destroyed ")] == [
        f"destroyed {stack}"
        for stack in (
            "dev-serving",
            "prod-serving-target",
            "pre-prod-serving-target",
            "dev-abalone",
            "dev-serving-target",
            "dev-foundation",
        )
    ]
    assert told[-1][1] == "nothing is left in 3 accounts but keys that are to be deleted"
    assert re.search(
        r"^abalone-codebuild +used \d+ rights; \d+ more granted and not used here$", printed, re.MULTILINE
    )
    assert "refused" not in printed
    for file in ("rehearsal.md", "rehearsal.html"):
        text = unescape(re.sub(r"\\", "", (report / file).read_text(encoding="utf-8")))
        assert all(what in text for _, what in acted)
        for role, right in USED_RIGHTS:
            assert role in text.partition("What each role used of its rights")[2]
            assert right in text
