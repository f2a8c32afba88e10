"""The build, as CodeBuild runs it: the commands of buildspec.yml in order, with its variables.

AWS is an emulator on loopback (moto's server, from the generator's environment). What is not done here is the
installation: the packages of the same lock are there already.
"""

import json
from collections.abc import Iterator

import pytest
from aws_on_loopback import aws_on_loopback, client
from build_variables import PLAIN, VARIANTS
from buildspec import INSTALL, PHASES, buildspec, run_build
from seed_repository import Compiled, SeedRepository

BUCKET = PLAIN["ARTIFACT_BUCKET"]
PIPELINE = PLAIN["SAGEMAKER_PIPELINE_NAME"]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An AWS of its own, with nothing in it."""
    with aws_on_loopback(tmp_path_factory.mktemp("emulator") / "log") as url:
        yield url


def build(repository: SeedRepository, endpoint: str, **variables: str) -> str:
    """Build with every option that the platform has; returns the build's log."""
    return run_build(repository, VARIANTS["all"], endpoint, **variables)


@pytest.fixture(scope="module")
def first_log(repository: SeedRepository, endpoint: str) -> str:
    """The log of the very first build: the bucket is there, and empty."""
    client("s3", endpoint).create_bucket(Bucket=BUCKET)
    return build(repository, endpoint)


@pytest.fixture(scope="module")
def second_log(repository: SeedRepository, endpoint: str, first_log: str) -> str:
    """The log of the next build, after the team has put its own data in place; it waits for the execution."""
    assert first_log
    client("s3", endpoint).put_object(Bucket=BUCKET, Key="data/abalone.csv", Body=b"our own rows")
    return build(repository, endpoint, DELIVER_OPTIONS="--wait --parameter MseThreshold=4.5")


def test_the_build_installs_exactly_the_lock_on_a_python_that_the_image_has(
    repository: SeedRepository,
) -> None:
    install = buildspec(repository)["phases"]["install"]

    assert install["commands"] == [INSTALL]
    assert install["runtime-versions"] == {"python": "3.11"}
    assert set(buildspec(repository)["phases"]) == set(PHASES)


def test_the_first_build_makes_the_first_run_work(endpoint: str, first_log: str) -> None:
    data = client("s3", endpoint).get_object(Bucket=BUCKET, Key="data/abalone.csv")

    assert "generated rows are now at" in first_log
    assert data["Metadata"] == {"origin": "generated"}
    assert data["ServerSideEncryption"] == "aws:kms"
    assert len(data["Body"].read().splitlines()) == 4000


def test_the_build_puts_the_compiled_pipeline_into_aws(
    endpoint: str, first_log: str, compiled: dict[str, Compiled]
) -> None:
    assert first_log
    sagemaker = client("sagemaker", endpoint)
    pipeline = sagemaker.describe_pipeline(PipelineName=PIPELINE)
    tags = sagemaker.list_tags(ResourceArn=pipeline["PipelineArn"])["Tags"]

    assert json.loads(pipeline["PipelineDefinition"]) == json.loads(compiled["all"].text)
    assert pipeline["RoleArn"] == PLAIN["SAGEMAKER_PIPELINE_ROLE_ARN"]
    assert {tag["Key"] for tag in tags} >= {"sagemaker:project-name", "sagemaker:project-id"}


def test_the_scripts_lie_encrypted_where_the_jobs_look_for_them(
    endpoint: str, first_log: str, compiled: dict[str, Compiled]
) -> None:
    assert first_log
    s3 = client("s3", endpoint)
    for location, file in compiled["all"].code.items():
        script = s3.get_object(Bucket=BUCKET, Key=location.removeprefix(f"{BUCKET}/"))
        assert script["Body"].read() == file.read_bytes()
        assert script["SSEKMSKeyId"] == VARIANTS["all"]["ARTIFACT_BUCKET_KMS_ID"]


def test_the_build_starts_an_execution_and_does_not_wait_for_it(first_log: str) -> None:
    assert "execution: arn:aws:sagemaker" in first_log
    assert "status:" not in first_log


def test_the_next_build_leaves_the_teams_data_alone(endpoint: str, second_log: str) -> None:
    data = client("s3", endpoint).get_object(Bucket=BUCKET, Key="data/abalone.csv")

    assert "it stays as it is" in second_log
    assert data["Body"].read() == b"our own rows"


def test_the_next_build_updates_the_pipeline_and_starts_it_anew(endpoint: str, second_log: str) -> None:
    assert second_log
    sagemaker = client("sagemaker", endpoint)
    pipelines = sagemaker.list_pipelines()["PipelineSummaries"]
    executions = sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"]

    assert [pipeline["PipelineName"] for pipeline in pipelines] == [PIPELINE]
    assert len(executions) == 2


def test_with_wait_the_build_ends_with_the_execution(second_log: str) -> None:
    assert "status: Succeeded" in second_log
