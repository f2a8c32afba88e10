"""The build, as CodeBuild runs it: the commands of buildspec.yml in order, with its variables.

AWS is an emulator on loopback (moto's server, from the generator's environment). What is not done here is the
installation: the packages of the same lock are there already.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from aws_on_loopback import client, start_over
from build_variables import SCORING_VARIANTS, VARIANTS
from buildspec import INSTALL, INSTALL_FOR_TESTS, PHASES, TESTS, buildspec, commands, run_build, run_build_with_tests
from mlops.local.compilation import Compiled
from seed_repository import SeedRepository

DATA = "data/abalone.csv"


@dataclass(frozen=True)
class Build:
    """A repository with what its build gets and should give.

    Attributes:
        variables: of the build project.
        first_data: rows, and what the log and the object's metadata call them.
        parameter: one of the pipeline's, with a value.
    """

    repository: SeedRepository
    compiled: Compiled
    variables: dict[str, str]
    first_data: tuple[int, str]
    parameter: str

    @property
    def bucket(self) -> str:
        return self.variables["ARTIFACT_BUCKET"]

    @property
    def pipeline(self) -> str:
        return self.variables["SAGEMAKER_PIPELINE_NAME"]


@pytest.fixture(scope="module", params=["xgboost_abalone", "batch_inference"])
def seed(request: pytest.FixtureRequest) -> Build:
    """Each seed that predicts abalones."""
    get = request.getfixturevalue
    if request.param == "xgboost_abalone":
        return Build(
            repository=get("repository"),
            compiled=get("compiled")["all"],
            variables=VARIANTS["all"],
            first_data=(4000, "generated"),
            parameter="MseThreshold=4.5",
        )
    return Build(
        repository=get("batch_repository"),
        compiled=get("batch_compiled")["all"],
        variables=SCORING_VARIANTS["all"],
        first_data=(50, "sample"),
        parameter="MaxRejectedShare=0.5",
    )


@pytest.fixture(scope="module")
def endpoint(seed: Build, aws: str) -> str:
    """An AWS for each seed, with nothing in it."""
    assert seed
    return start_over(aws)


def build(seed: Build, endpoint: str, **variables: str) -> str:
    """Build with every option that the platform has; returns the build's log."""
    return run_build(seed.repository, seed.variables, endpoint, **variables)


@pytest.fixture(scope="module")
def first_log(seed: Build, endpoint: str) -> str:
    """The log of the very first build: the bucket is there, and empty."""
    client("s3", endpoint).create_bucket(Bucket=seed.bucket)
    return build(seed, endpoint)


@pytest.fixture(scope="module")
def second_log(seed: Build, endpoint: str, first_log: str) -> str:
    """The log of the next build, after the team has put its own data in place; it waits for the execution."""
    assert first_log
    client("s3", endpoint).put_object(Bucket=seed.bucket, Key=DATA, Body=b"our own rows")
    return build(seed, endpoint, DELIVER_OPTIONS=f"--wait --parameter {seed.parameter}")


def test_the_build_installs_exactly_the_lock_on_a_python_that_the_image_has(seed: Build) -> None:
    install = buildspec(seed.repository)["phases"]["install"]

    assert install["commands"] == [INSTALL, INSTALL_FOR_TESTS]
    assert install["runtime-versions"] == {"python": "3.11"}
    assert set(buildspec(seed.repository)["phases"]) == set(PHASES)


def test_a_commit_whose_tests_fail_delivers_nothing(seed: Build, endpoint: str, tmp_path: Path) -> None:
    """Not even the first rows: AWS is not asked for anything."""
    repository = SeedRepository(tmp_path / "repository")
    shutil.copytree(seed.repository.root, repository.root)
    (repository.root / "tests/test_a.py").write_text("def test_a() -> None:\n    assert False\n", encoding="utf-8")

    with pytest.raises(AssertionError, match="1 failed"):
        run_build_with_tests(repository, seed.variables, endpoint)

    assert client("sagemaker", endpoint).list_pipelines()["PipelineSummaries"] == []
    assert commands(repository)[0] == TESTS


def test_the_first_build_makes_the_first_run_work(seed: Build, endpoint: str, first_log: str) -> None:
    data = client("s3", endpoint).get_object(Bucket=seed.bucket, Key=DATA)
    rows, origin = seed.first_data

    assert f"{origin} rows are now at" in first_log
    assert data["Metadata"] == {"origin": origin}
    assert data["ServerSideEncryption"] == "aws:kms"
    assert len(data["Body"].read().splitlines()) == rows


def test_the_build_puts_the_compiled_pipeline_into_aws(seed: Build, endpoint: str, first_log: str) -> None:
    assert first_log
    sagemaker = client("sagemaker", endpoint)
    pipeline = sagemaker.describe_pipeline(PipelineName=seed.pipeline)
    tags = sagemaker.list_tags(ResourceArn=pipeline["PipelineArn"])["Tags"]

    assert json.loads(pipeline["PipelineDefinition"]) == json.loads(seed.compiled.text)
    assert pipeline["RoleArn"] == seed.variables["SAGEMAKER_PIPELINE_ROLE_ARN"]
    assert {tag["Key"] for tag in tags} >= {"sagemaker:project-name", "sagemaker:project-id"}


def test_the_scripts_lie_encrypted_where_the_jobs_look_for_them(seed: Build, endpoint: str, first_log: str) -> None:
    assert first_log
    s3 = client("s3", endpoint)
    for location, file in seed.compiled.code.items():
        script = s3.get_object(Bucket=seed.bucket, Key=location.removeprefix(f"s3://{seed.bucket}/"))
        assert script["Body"].read() == file.read_bytes()
        assert script["SSEKMSKeyId"] == seed.variables["ARTIFACT_BUCKET_KMS_ID"]


def test_a_misspelt_or_unfit_instance_type_ends_the_build_before_anything_is_sent(
    seed: Build, endpoint: str, first_log: str
) -> None:
    """One line each; the second serves models, and transforms nothing."""
    assert first_log
    given = "--parameter ProcessingInstanceType=ml.m5.lrage --parameter TransformInstanceType=ml.t2.medium"
    with pytest.raises(AssertionError) as failed:
        build(seed, endpoint, DELIVER_OPTIONS=given)

    errors = [line for line in str(failed.value).splitlines() if line.startswith("error: ")]
    assert len([line for line in errors if "ProcessingInstanceType is 'ml.m5.lrage'" in line]) == len(errors) - 1
    assert "near: ml.m5.large" in errors[0]
    assert "parameter TransformInstanceType is 'ml.t2.medium', which SageMaker does not take" in errors[-1]
    executions = client("sagemaker", endpoint).list_pipeline_executions(PipelineName=seed.pipeline)
    assert len(executions["PipelineExecutionSummaries"]) == 1


def test_the_build_starts_an_execution_and_does_not_wait_for_it(first_log: str) -> None:
    assert "execution: arn:aws:sagemaker" in first_log
    assert "status:" not in first_log


def test_the_next_build_leaves_the_teams_data_alone(seed: Build, endpoint: str, second_log: str) -> None:
    data = client("s3", endpoint).get_object(Bucket=seed.bucket, Key=DATA)

    assert "it stays as it is" in second_log
    assert data["Body"].read() == b"our own rows"


def test_the_next_build_updates_the_pipeline_and_starts_it_anew(seed: Build, endpoint: str, second_log: str) -> None:
    assert second_log
    sagemaker = client("sagemaker", endpoint)
    pipelines = sagemaker.list_pipelines()["PipelineSummaries"]
    executions = sagemaker.list_pipeline_executions(PipelineName=seed.pipeline)["PipelineExecutionSummaries"]

    assert [pipeline["PipelineName"] for pipeline in pipelines] == [seed.pipeline]
    assert len(executions) == 2


def test_with_wait_the_build_ends_with_the_execution(second_log: str) -> None:
    assert "status: Succeeded" in second_log
