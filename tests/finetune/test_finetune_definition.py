"""The compiled pipeline is one that SageMaker takes, and what people choose arrives where it counts."""

import json
from typing import Any

import pytest
from build_variables import KEY, PLAIN, VPC
from definition_problems import problems
from finetune_variables import ENVIRONMENTS, PLATFORM
from images_of_roles import allowed_images, repository_of
from mlops.local.compilation import Compiled
from mlops.local.definition import Step, dependencies, gets
from seed_repository import SeedRepository

BUCKET = "s3://mlops-abalone-111111111111/"
JOBS = {"FetchModel", "Preprocess", "Train", "Evaluate"}
ON_GPU = {"Train", "Evaluate"}


def job_steps(compiled: Compiled) -> list[Step]:
    steps = compiled.definition.of_type("Processing", "Training")
    assert {step.name for step in steps} == JOBS
    return steps


def network(step: Step) -> dict[str, Any]:
    return step.arguments if step.type == "Training" else step.arguments["NetworkConfig"]


def machine(step: Step) -> dict[str, Any]:
    resources: dict[str, Any] = (
        step.arguments["ResourceConfig"]
        if step.type == "Training"
        else step.arguments["ProcessingResources"]["ClusterConfig"]
    )
    return resources


@pytest.mark.parametrize("variant", ENVIRONMENTS)
def test_sagemaker_would_take_the_definition(compiled: dict[str, Compiled], variant: str) -> None:
    assert problems(compiled[variant].definition) == []


def test_the_same_repository_compiles_to_the_same_bytes(compiled: dict[str, Compiled]) -> None:
    assert compiled["platform"].text == compiled["platform again"].text


def test_the_steps_depend_on_each_other_as_intended(compiled: dict[str, Compiled]) -> None:
    graph = {step.name: dependencies(step) for step in compiled["plain"].definition.steps}

    assert graph == {
        "FetchModel": set(),
        "Preprocess": set(),
        "Train": {"FetchModel", "Preprocess"},
        "Evaluate": {"FetchModel", "Preprocess", "Train"},
        "DryRunOnly": {"Evaluate"},
        "GoodEnough": {"Evaluate", "DryRunOnly"},
        "Register": {"FetchModel", "Preprocess", "Train", "Evaluate", "GoodEnough"},
        "NotGoodEnough": {"Evaluate", "GoodEnough"},
    }


@pytest.mark.parametrize(
    ("step", "parameter"),
    [
        ("FetchModel", "ProcessingInstanceType"),
        ("Preprocess", "ProcessingInstanceType"),
        ("Train", "TrainingInstanceType"),
        ("Evaluate", "EvaluationInstanceType"),
    ],
)
def test_instance_types_are_parameters_that_arrive_in_the_jobs(
    compiled: dict[str, Compiled], step: str, parameter: str
) -> None:
    definition = compiled["platform"].definition

    assert machine(definition.step(step))["InstanceType"] == {"Get": f"Parameters.{parameter}"}
    assert definition.parameters[parameter]["DefaultValue"].startswith("ml.")


def test_the_instance_type_of_the_endpoint_is_a_parameter_that_arrives_in_the_package(
    compiled: dict[str, Compiled],
) -> None:
    specification = compiled["plain"].definition.step("Register").arguments["InferenceSpecification"]

    assert specification["SupportedRealtimeInferenceInstanceTypes"] == [{"Get": "Parameters.InferenceInstanceType"}]


@pytest.mark.parametrize(
    ("hyperparameter", "parameter"),
    [
        ("epochs", "Epochs"),
        ("rank", "LoraRank"),
        ("learning_rate", "LearningRate"),
        ("quantization", "Quantization"),
        ("checkpoint_steps", "CheckpointSteps"),
        ("dry_run", "DryRun"),
    ],
)
def test_what_shapes_the_training_is_a_parameter_that_arrives_in_it(
    compiled: dict[str, Compiled], hyperparameter: str, parameter: str
) -> None:
    arguments = compiled["plain"].definition.step("Train").arguments

    assert list(gets(arguments["HyperParameters"][hyperparameter])) == [f"Parameters.{parameter}"]


@pytest.mark.parametrize("variant", ENVIRONMENTS)
def test_only_the_job_that_fetches_the_model_has_a_network(compiled: dict[str, Compiled], variant: str) -> None:
    isolated = {
        step.name for step in job_steps(compiled[variant]) if network(step).get("EnableNetworkIsolation") is True
    }

    assert isolated == JOBS - {"FetchModel"}


@pytest.mark.parametrize("variant", ["plain", "vpc", "platform"])
def test_the_vpc_reaches_every_job_or_none(compiled: dict[str, Compiled], variant: str) -> None:
    expected = None
    if variant != "plain":
        expected = {
            "Subnets": VPC["SUBNET_IDS"].split(","),
            "SecurityGroupIds": VPC["SECURITY_GROUP_IDS"].split(","),
        }

    assert [network(step).get("VpcConfig") for step in job_steps(compiled[variant])] == [expected] * len(JOBS)


@pytest.mark.parametrize("variant", ["plain", "key", "platform"])
def test_the_key_encrypts_every_output_and_each_volume_that_takes_a_key(
    compiled: dict[str, Compiled], variant: str
) -> None:
    """Disks of the GPU instances are encrypted in hardware; SageMaker refuses a key for them."""
    key = None if variant == "plain" else KEY["ARTIFACT_BUCKET_KMS_ID"]
    for step in job_steps(compiled[variant]):
        output = step.arguments["OutputDataConfig" if step.type == "Training" else "ProcessingOutputConfig"]
        assert output.get("KmsKeyId") == key
        assert machine(step).get("VolumeKmsKeyId") == (None if step.name in ON_GPU else key)


def test_checkpoints_are_kept_in_s3_below_the_execution(compiled: dict[str, Compiled]) -> None:
    checkpoints = compiled["platform"].definition.step("Train").arguments["CheckpointConfig"]

    assert checkpoints["LocalPath"] == "/opt/ml/checkpoints"
    assert checkpoints["S3Uri"]["Std:Join"]["Values"][0].startswith(BUCKET)
    assert list(gets(checkpoints["S3Uri"])) == ["Execution.PipelineExecutionId"]


def test_training_is_on_demand_unless_the_build_asks_for_spot_instances(compiled: dict[str, Compiled]) -> None:
    """SageMaker refuses a waiting time without spot instances, and spot instances without one."""
    on_demand, spot = (compiled[name].definition.step("Train").arguments for name in ("platform", "spot"))

    assert not on_demand.get("EnableManagedSpotTraining")
    assert "MaxWaitTimeInSeconds" not in on_demand["StoppingCondition"]
    assert spot["EnableManagedSpotTraining"] is True
    assert spot["StoppingCondition"]["MaxWaitTimeInSeconds"] == 20000


def test_a_waiting_time_that_sagemaker_refuses_ends_the_build_with_one_line(repository: SeedRepository) -> None:
    environment = PLATFORM | {"SPOT_MAX_WAIT_SECONDS": "3600"}

    with pytest.raises(AssertionError, match=r"with 2:\nerror: SPOT_MAX_WAIT_SECONDS is '3600'; write 0, or [^\n]*$"):
        repository.python(
            ["-m", "mlops.deliver", "text_to_sql.pipeline", "--compile-only", "x.json"],
            offline=True,
            environment=environment,
        )


def test_every_job_is_named_after_the_project_and_runs_as_its_role(compiled: dict[str, Compiled]) -> None:
    for step in job_steps(compiled["platform"]):
        name = step.arguments.get("ProcessingJobName") or step.arguments["TrainingJobName"]
        assert name.startswith("abalone-")
        assert step.arguments["RoleArn"] == PLAIN["SAGEMAKER_PIPELINE_ROLE_ARN"]


def test_nothing_points_outside_of_the_projects_bucket(compiled: dict[str, Compiled]) -> None:
    text = compiled["platform"].text

    assert text.count("s3://") == text.count(BUCKET)


def test_images_are_those_that_the_execution_role_may_pull_in_the_region(compiled: dict[str, Compiled]) -> None:
    definition = compiled["other-region"].definition
    images = {step.arguments["AppSpecification"]["ImageUri"] for step in definition.of_type("Processing")}
    images.add(definition.step("Train").arguments["AlgorithmSpecification"]["TrainingImage"])

    (image,) = images
    assert {repository_of(image)} == allowed_images("finetune-llm-evaluation-minimal", "text-to-sql", "PullImages")
    assert ".eu-west-1." in image
    assert image.endswith("/huggingface-pytorch-training:2.9.0-transformers5.3.0-gpu-py312-cu130-ubuntu22.04")


def test_a_package_names_the_image_that_the_execution_role_may_see(compiled: dict[str, Compiled]) -> None:
    (container,) = compiled["plain"].definition.step("Register").arguments["InferenceSpecification"]["Containers"]

    assert {repository_of(container["Image"])} == allowed_images(
        "finetune-llm-evaluation-minimal", "text-to-sql", "SeeServingImages"
    )


def test_a_package_is_registered_only_if_the_tuned_model_reaches_the_threshold_and_beats_its_base(
    compiled: dict[str, Compiled],
) -> None:
    conditions = compiled["plain"].definition.step("GoodEnough").arguments["Conditions"]
    written = [(each["Type"], json.dumps(each["LeftValue"]), json.dumps(each["RightValue"])) for each in conditions]

    assert [kind for kind, _, _ in written] == ["GreaterThanOrEqualTo", "GreaterThan"]
    assert all('metrics.execution_accuracy.value"' in left for _, left, _ in written)
    assert "Parameters.AccuracyThreshold" in written[0][2]
    assert 'metrics.base_execution_accuracy.value"' in written[1][2]
