"""The import repository's build, as CodeBuild runs it: the commands of buildspec.yml, on an emulated AWS."""

import json

import pytest
from aws_on_loopback import client, start_over
from buildspec import INSTALL, INSTALL_FOR_TESTS, PHASES, TESTS, buildspec, commands, run_build
from hf_variables import HF_PLAIN, HF_VARIANTS
from mlops.local.compilation import Compiled
from seed_repository import SeedRepository

BUCKET, PIPELINE = HF_PLAIN["ARTIFACT_BUCKET"], HF_PLAIN["SAGEMAKER_PIPELINE_NAME"]


@pytest.fixture(scope="module")
def endpoint(aws: str) -> str:
    """An AWS with nothing but the bucket in it."""
    client("s3", start_over(aws)).create_bucket(Bucket=BUCKET)
    return aws


@pytest.fixture(scope="module")
def log(hf_repository: SeedRepository, endpoint: str) -> str:
    """The log of a build."""
    return run_build(hf_repository, HF_VARIANTS["all"], endpoint)


def test_the_build_installs_exactly_the_lock_on_a_python_that_the_image_has(hf_repository: SeedRepository) -> None:
    install = buildspec(hf_repository)["phases"]["install"]

    assert install == {"runtime-versions": {"python": "3.11"}, "commands": [INSTALL, INSTALL_FOR_TESTS]}
    assert set(buildspec(hf_repository)["phases"]) <= set(PHASES)


def test_the_repositorys_tests_run_before_anything_is_delivered(hf_repository: SeedRepository) -> None:
    assert commands(hf_repository)[0] == TESTS


def test_the_build_puts_the_compiled_pipeline_into_aws_and_starts_it(
    endpoint: str, log: str, hf_compiled: dict[str, Compiled]
) -> None:
    sagemaker = client("sagemaker", endpoint)
    pipeline = sagemaker.describe_pipeline(PipelineName=PIPELINE)

    assert json.loads(pipeline["PipelineDefinition"]) == json.loads(hf_compiled["all"].text)
    assert pipeline["RoleArn"] == HF_PLAIN["SAGEMAKER_PIPELINE_ROLE_ARN"]
    assert len(sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"]) == 1
    assert "execution: arn:aws:sagemaker" in log
    assert "status:" not in log


def test_the_scripts_lie_encrypted_where_the_job_looks_for_them(
    endpoint: str, log: str, hf_compiled: dict[str, Compiled]
) -> None:
    assert log
    assert hf_compiled["all"].code
    for location, file in hf_compiled["all"].code.items():
        script = client("s3", endpoint).get_object(Bucket=BUCKET, Key=location.removeprefix(f"s3://{BUCKET}/"))
        assert script["Body"].read() == file.read_bytes()
        assert script["SSEKMSKeyId"] == HF_VARIANTS["all"]["ARTIFACT_BUCKET_KMS_ID"]


def test_a_wrong_variable_ends_the_build_with_one_line(hf_repository: SeedRepository, endpoint: str) -> None:
    with pytest.raises(AssertionError, match=r"ended with 2:\nerror: SERVING is 'tgl'; write one of tgi, vllm, tran"):
        run_build(hf_repository, HF_PLAIN, endpoint, SERVING="tgl")
