"""The build of the fine-tuning repository, as CodeBuild runs it: its buildspec.yml, against an emulated AWS."""

import json
from pathlib import Path

import pytest
from aws_on_loopback import client
from build_variables import PLAIN
from buildspec import INSTALL, PHASES, TESTS, buildspec, commands, run_build
from finetune_variables import PLATFORM
from mlops.local.compilation import Compiled
from seed_repository import SeedRepository

BUCKET, PIPELINE = PLAIN["ARTIFACT_BUCKET"], PLAIN["SAGEMAKER_PIPELINE_NAME"]
DATA = "data/text_to_sql.jsonl"


@pytest.fixture(scope="module")
def first_log(repository: SeedRepository, aws: str) -> str:
    """The log of the very first build."""
    return run_build(repository, PLATFORM, aws)


def test_the_build_installs_exactly_the_lock_on_a_python_that_the_image_has(repository: SeedRepository) -> None:
    install = buildspec(repository)["phases"]["install"]

    tests = INSTALL.replace("requirements.txt", "requirements-test.txt")
    assert install == {"runtime-versions": {"python": "3.11"}, "commands": [INSTALL, tests]}
    assert set(buildspec(repository)["phases"]) == set(PHASES)


def test_the_tests_that_need_no_pytorch_run_before_anything_is_delivered(
    repository: SeedRepository, tmp_path: Path
) -> None:
    """The build has none of the training container's libraries: here they cannot be imported either."""
    for library in ("torch", "transformers", "peft", "tokenizers", "bitsandbytes", "accelerate"):
        (tmp_path / f"{library}.py").write_text("raise ImportError('not in the build')\n", encoding="utf-8")
    command = commands(repository)[0]
    assert command == f"{TESTS} --ignore=tests/test_training.py --ignore=tests/test_memory.py"

    log = repository.run(["bash", "-c", command], offline=True, environment={"PYTHONPATH": str(tmp_path)})

    assert " passed" in log


def test_the_first_build_makes_the_first_run_work(aws: str, first_log: str) -> None:
    data = client("s3", aws).get_object(Bucket=BUCKET, Key=DATA)

    assert "generated examples are now at" in first_log
    assert data["Metadata"] == {"origin": "generated"}
    assert data["ServerSideEncryption"] == "aws:kms"
    assert len(data["Body"].read().splitlines()) == 500


def test_the_build_puts_the_compiled_pipeline_into_aws_and_starts_it(
    aws: str, first_log: str, compiled: dict[str, Compiled]
) -> None:
    sagemaker = client("sagemaker", aws)
    pipeline = sagemaker.describe_pipeline(PipelineName=PIPELINE)

    assert json.loads(pipeline["PipelineDefinition"]) == json.loads(compiled["platform"].text)
    assert pipeline["RoleArn"] == PLAIN["SAGEMAKER_PIPELINE_ROLE_ARN"]
    assert len(sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"]) == 1
    assert "execution: arn:aws:sagemaker" in first_log


def test_the_scripts_lie_encrypted_where_the_jobs_look_for_them(
    aws: str, first_log: str, compiled: dict[str, Compiled]
) -> None:
    assert first_log
    assert {"train.py", "evaluate.py"} < {file.name for file in compiled["platform"].code.values()}
    for location, file in compiled["platform"].code.items():
        script = client("s3", aws).get_object(Bucket=BUCKET, Key=location.removeprefix(f"s3://{BUCKET}/"))
        assert script["Body"].read() == file.read_bytes()
        assert script["SSEKMSKeyId"] == PLATFORM["ARTIFACT_BUCKET_KMS_ID"]


def test_the_next_build_leaves_the_teams_data_alone_and_can_wait_and_choose(
    repository: SeedRepository, aws: str, first_log: str
) -> None:
    assert first_log
    client("s3", aws).put_object(Bucket=BUCKET, Key=DATA, Body=b"our own examples")

    log = run_build(
        repository, PLATFORM, aws, DELIVER_OPTIONS="--wait --parameter DryRun=true", SPOT_MAX_WAIT_SECONDS="20000"
    )

    assert "it stays as it is" in log
    assert "status: Succeeded" in log
    assert client("s3", aws).get_object(Bucket=BUCKET, Key=DATA)["Body"].read() == b"our own examples"
    definition = client("sagemaker", aws).describe_pipeline(PipelineName=PIPELINE)["PipelineDefinition"]
    assert '"EnableManagedSpotTraining": true' in definition
