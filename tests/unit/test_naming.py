"""Physical names are a contract: changing one destroys and recreates a user's resource."""

import re
from dataclasses import replace

from builders import PRE_PROD, a_project, an_environment
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_templates.naming import FoundationNames, ProjectNames, TargetNames, name_problems, partition_of

NAMES = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,15}", fullmatch=True)


def test_project_names_are_pinned() -> None:
    names = ProjectNames(a_project())
    assert [name for _, name in names.derived()] == [
        "mlops-abalone-111111111111",
        "pipeline-abalone-111111111111",
        "abalone-p-abalone01",
        "abalone-p-abalone01",
        "abalone-build",
        "abalone-build",
        "abalone-build-plan",
        "abalone-build",
        "abalone-build-push",
        "abalone-sagemaker-execution",
        "abalone-codebuild",
        "abalone-codepipeline",
        "abalone-events",
        "abalone-huggingface-import",
        "abalone-review",
        "abalone-jobs",
        "alias/abalone-artifacts",
        "alias/abalone-pipeline",
        "abalone-build-approval",
        "abalone-build-schedule",
        "abalone-pipeline-start",
    ]
    assert names.stack == "dev-abalone"
    assert names.build_log_group == "/aws/codebuild/abalone-build"


def test_foundation_names_are_pinned() -> None:
    names = FoundationNames(an_environment())
    assert names.stack == "dev-foundation"
    assert names.seeder_function == "sagemaker-templates-dev-seeder"
    assert names.seeder_role == "sagemaker-templates-dev-seeder"
    assert names.seeder_log_group == "/aws/lambda/sagemaker-templates-dev-seeder"
    assert names.key_alias == "alias/sagemaker-templates-dev-foundation"


def test_names_of_a_target_are_pinned() -> None:
    project = a_project(name="serving", id="p-serving001", targets=(PRE_PROD,))
    names = TargetNames(project, PRE_PROD)
    assert [name for _, name in names.derived()] == [
        "serving-pre-prod",
        "serving-pre-prod-v999999-00000000",
        "serving-pre-prod-planner",
        "serving-pre-prod-deployer",
        "serving-pre-prod-endpoint",
        "serving-pre-prod-retirement",
        "serving-pre-prod-retirement",
        "serving-pre-prod-capture-222222222222",
        "alias/serving-pre-prod-endpoint",
        "serving-pre-prod-endpoint",
        "/sagemaker-templates/serving/pre-prod/target",
    ]
    assert [name for _, name in names.derived_for_pipeline()] == [
        "serving-deploy-apply-pre-prod",
        "serving-apply-pre-prod",
    ]
    assert (names.stack, names.endpoint_state) == ("pre-prod-serving-target", "pre-prod-serving-endpoint")
    assert names.log_group == "/aws/sagemaker/Endpoints/serving-pre-prod"
    assert (
        names.role_arn(names.deployer_role) == "arn:aws:iam::222222222222:role/model-deploy/serving-pre-prod-deployer"
    )
    assert names.external_id == "serving-p-serving001"
    assert ProjectNames(project, "deploy").plan_project == "serving-deploy-plan"


def test_stages_in_one_account_have_names_of_their_own() -> None:
    project = a_project(targets=(replace(PRE_PROD, account_id="111111111111"),))
    own, other = (TargetNames(project, stage) for stage in project.stages)
    assert own.target.account_id == other.target.account_id
    assert {name for _, name in own.derived()}.isdisjoint(name for _, name in other.derived())


@given(NAMES, st.from_regex(r"p-[a-z0-9]{12}", fullmatch=True))
def test_names_within_sagemakers_limits_give_names_that_aws_accepts(name: str, id_: str) -> None:
    project = a_project(name=name, id=id_)
    if name == "foundation":
        return
    assert list(name_problems(project)) == []
    for limit, derived in ProjectNames(project).derived():
        assert len(derived) <= limit.length
        assert re.fullmatch(limit.pattern, derived)


@given(st.text(alphabet="abcxyz0189-", min_size=42, max_size=80))
def test_a_name_too_long_for_a_bucket_is_refused_with_the_bucket_and_the_limit(name: str) -> None:
    problems = list(name_problems(a_project(name=name)))
    assert any(f'"pipeline-{name}-111111111111"' in problem and "63" in problem for problem in problems)


def test_arns_are_those_of_the_regions_partition() -> None:
    assert partition_of("cn-north-1") == "aws-cn"
    assert partition_of("us-gov-west-1") == "aws-us-gov"
    china = a_project(environment=an_environment(region="cn-north-1"))
    assert ProjectNames(china).arn("sagemaker", "x") == "arn:aws-cn:sagemaker:cn-north-1:111111111111:x"
    assert partition_of("eusc-de-east-1") == "aws-eusc"
    assert partition_of("us-isob-east-1") == "aws-iso-b"
    assert ProjectNames(china).endpoint("s3") == "s3.cn-north-1.amazonaws.com.cn"
    assert ProjectNames(a_project()).endpoint("s3") == "s3.us-east-1.amazonaws.com"


def test_sagemakers_own_tags_win_over_a_users_tags() -> None:
    project = a_project(tags={"sagemaker:project-name": "other", "team": "risk"}, domain_id="d-abc")
    assert ProjectNames(project).tags == {
        "sagemaker:project-id": "p-abalone01",
        "sagemaker:project-name": "abalone",
        "sagemaker:domain-id": "d-abc",
        "team": "risk",
    }
