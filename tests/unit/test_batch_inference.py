"""batch_inference: what starts it, what it may read, and where everything lies."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from sagemaker_templates.templates.batch_inference import Parameters
from synthesized import documents

FULL, MINIMAL = "batch-inference", "batch-inference-minimal"
STACK = "dev-scoring"
GROUP = "abalone-p-abalone01"
PIPELINE = "arn:aws:sagemaker:us-east-1:111111111111:pipeline/scoring-p-scoring01"


def _all(kind: str, case: str = FULL) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = documents(case)[STACK]["resource"].get(kind, {})
    return found


def _statements(document: str) -> dict[str, dict[str, Any]]:
    found = documents(FULL)[STACK]["data"]["aws_iam_policy_document"][document]["statement"]
    return {statement["sid"]: statement for statement in found}


def test_a_schedule_is_there_when_it_is_wanted_and_only_then() -> None:
    assert _all("aws_cloudwatch_event_rule")["schedule"]["schedule_expression"] == "cron(0 6 * * ? *)"
    assert set(_all("aws_cloudwatch_event_rule", MINIMAL)) == {"push", "approval"}
    assert set(_all("aws_cloudwatch_event_target", MINIMAL)) == {"push_target", "approval_target"}


def test_approvals_and_schedule_start_the_pipeline_itself_with_a_role_that_can_do_nothing_else() -> None:
    targets = _all("aws_cloudwatch_event_target")
    (right,) = _statements("start_role_rights").values()
    (trust,) = _statements("start_role_trust").values()

    assert {targets[name]["arn"] for name in ("approval_target", "schedule_target")} == {PIPELINE}
    assert (right["actions"], right["resources"]) == (["sagemaker:StartPipelineExecution"], [PIPELINE])
    assert trust["condition"][0]["values"] == [
        "arn:aws:events:us-east-1:111111111111:rule/scoring-build-approval",
        "arn:aws:events:us-east-1:111111111111:rule/scoring-build-schedule",
    ]


def test_there_is_one_bucket_and_the_delivery_pipeline_keeps_to_its_own_part_of_it() -> None:
    (store,) = _all("aws_codepipeline")["delivery_pipeline"]["artifact_store"]

    assert [bucket["bucket"] for bucket in _all("aws_s3_bucket").values()] == ["mlops-scoring-111111111111"]
    assert list(_all("aws_kms_key")) == ["artifact_key"]
    assert store["location"] == "mlops-scoring-111111111111"
    for role in ("build_project_role_rights", "delivery_pipeline_role_rights"):
        assert _statements(role)["PipelineArtifacts"]["resources"] == [
            "arn:aws:s3:::mlops-scoring-111111111111/scoring-bu*"
        ]


def test_the_model_bucket_and_the_group_are_read_and_nothing_more() -> None:
    rights = _statements("execution_role_rights").values()
    bucket = "arn:aws:s3:::mlops-abalone-111111111111"
    on_bucket = [s for s in rights if any(r.startswith(bucket) for r in s["resources"])]
    on_group = [s for s in rights if any(f"/{GROUP}" in resource for resource in s["resources"])]

    assert {action for s in on_bucket for action in s["actions"]} == {
        "s3:GetObject",
        "s3:ListBucket",
    }
    # CreateModel on a package is the right to make a model from it.
    assert {action for s in on_group for action in s["actions"]} == {
        "sagemaker:CreateModel",
        "sagemaker:DescribeModelPackage",
        "sagemaker:ListModelPackages",
    }
    assert {resource.rpartition(":")[2] for s in on_group for resource in s["resources"]} == {
        f"model-package-group/{GROUP}",
        f"model-package/{GROUP}/*",
    }


def test_keys_that_are_not_the_projects_decrypt_the_model_bucket_through_s3_and_nothing_else() -> None:
    foreign = [
        statement
        for statement in _statements("execution_role_rights").values()
        for resource in statement["resources"]
        if resource.startswith("arn:aws:kms:")
    ]

    assert [statement["actions"] for statement in foreign] == [["kms:Decrypt"]]
    assert {c["variable"]: c["values"] for c in foreign[0]["condition"]} == {
        "kms:ViaService": ["s3.us-east-1.amazonaws.com"],
        "kms:EncryptionContext:aws:s3:arn": [
            "arn:aws:s3:::mlops-abalone-111111111111",
            "arn:aws:s3:::mlops-abalone-111111111111/*",
        ],
    }


def test_jobs_and_models_are_those_whose_names_begin_with_the_given_prefix() -> None:
    rights = _statements("execution_role_rights")
    resources = [*rights["RunJobs"]["resources"], *rights["CreateModels"]["resources"]]

    assert [resource.rpartition(":")[2] for resource in resources] == [
        "processing-job/scoring-*",
        "transform-job/scoring-*",
        "model/scoring-*",
    ]


def test_the_image_of_the_jobs_and_those_that_the_settings_name_are_pulled_and_no_others() -> None:
    assert _statements("execution_role_rights")["PullImages"]["resources"] == [
        "arn:aws:ecr:us-east-1:*:repository/sagemaker-scikit-learn",
        "arn:aws:ecr:us-east-1:*:repository/sagemaker-xgboost",
    ]


def test_models_run_in_the_image_of_the_jobs_unless_the_settings_name_others() -> None:
    assert _with_schedule("rate(1 day)").model_image_repositories == ("sagemaker-xgboost",)


def test_the_build_knows_group_bucket_and_prefix() -> None:
    project = _all("aws_codebuild_project")["build_project"]
    variables = {entry["name"]: entry["value"] for entry in project["environment"]["environment_variable"]}

    assert variables["MODEL_PACKAGE_GROUP_NAME"] == GROUP
    assert variables["MODEL_BUCKET"] == "mlops-abalone-111111111111"
    assert variables["BASE_JOB_PREFIX"] == "scoring"
    assert variables["ENABLE_NETWORK_ISOLATION"] == "true"


def test_the_permissions_boundary_is_on_every_role() -> None:
    boundaries = {role["permissions_boundary"] for role in _all("aws_iam_role").values()}

    assert boundaries == {"arn:aws:iam::111111111111:policy/ml-boundary"}


def test_results_are_not_for_other_accounts() -> None:
    text = json.dumps(documents(FULL)[STACK]["data"]["aws_iam_policy_document"]["artifact_bucket_access"])

    assert "ToDeploy" not in text


def _with_schedule(expression: str) -> Parameters:
    return Parameters(
        model_package_group_name=GROUP,
        model_bucket_name="mlops-abalone-111111111111",
        base_job_prefix="scoring",
        schedule_expression=expression,
    )


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 day)",
        "rate(12 hours)",
        "cron(0 6 * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 0 1,15 * ? 2027-2030)",
        "cron(30 2 L * ? *)",
        "cron(0 9 ? * 6#3 *)",
        "cron(0 9 15W JAN,JUL ? *)",
    ],
)
def test_a_schedule_that_eventbridge_takes_is_taken(expression: str) -> None:
    assert _with_schedule(expression).schedule_expression == expression


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 days)",
        "rate(5 minute)",
        "rate(0 days)",
        "rate(1 week)",
        "cron(0 6 * * * *)",
        "cron(0 6 ? * ? *)",
        "cron(0 6 * * ?)",
        "cron(60 6 * * ? *)",
        "cron(0 24 * * ? *)",
        "0 6 * * *",
        "at(2027-01-01T00:00:00)",
    ],
)
def test_a_schedule_that_eventbridge_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ValidationError):
        _with_schedule(expression)
