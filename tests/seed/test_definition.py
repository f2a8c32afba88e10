"""The compiled pipeline is one that SageMaker takes, with the options that the platform chose."""

import copy
import json
import socket
import subprocess
import sys
from typing import Any

import pytest
from build_variables import KEY, VARIANTS, VPC
from definition_problems import problems
from images_of_roles import allowed_images, repository_of
from mlops.local.compilation import Compiled
from mlops.local.definition import Definition, Step, dependencies, gets

BUCKET = "s3://mlops-abalone-111111111111/"
JOBS = {"Preprocess", "Train", "Evaluate"}


def job_steps(compiled: Compiled) -> list[Step]:
    steps = compiled.definition.of_type("Processing", "Training")
    assert {step.name for step in steps} == JOBS
    return steps


def network(step: Step) -> dict[str, Any]:
    """The same settings stand in different places of the two requests."""
    return step.arguments if step.type == "Training" else step.arguments["NetworkConfig"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_sagemaker_would_take_the_definition(compiled: dict[str, Compiled], variant: str) -> None:
    assert problems(compiled[variant].definition) == []


def test_the_same_repository_compiles_to_the_same_bytes(compiled: dict[str, Compiled]) -> None:
    assert compiled["all"].text == compiled["all again"].text


def test_the_steps_depend_on_each_other_as_intended(compiled: dict[str, Compiled]) -> None:
    graph = {step.name: dependencies(step) for step in compiled["plain"].definition.steps}

    assert graph == {
        "Preprocess": set(),
        "Train": {"Preprocess"},
        "Evaluate": {"Preprocess", "Train"},
        "GoodEnough": {"Evaluate"},
        "Register": {"Preprocess", "Train", "Evaluate", "GoodEnough"},
        "NotGoodEnough": {"Evaluate", "GoodEnough"},
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_network_isolation_and_traffic_encryption_reach_every_job(
    compiled: dict[str, Compiled], variant: str
) -> None:
    for step in job_steps(compiled[variant]):
        assert network(step)["EnableNetworkIsolation"] is (variant in {"isolated", "all"})
        assert network(step)["EnableInterContainerTrafficEncryption"] is (variant in {"encrypted", "all"})


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_vpc_reaches_every_job_or_none(compiled: dict[str, Compiled], variant: str) -> None:
    expected = None
    if variant in {"vpc", "all"}:
        expected = {
            "Subnets": VPC["SUBNET_IDS"].split(","),
            "SecurityGroupIds": VPC["SECURITY_GROUP_IDS"].split(","),
        }

    assert [network(step).get("VpcConfig") for step in job_steps(compiled[variant])] == [expected] * len(JOBS)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_key_encrypts_the_volumes_and_outputs_of_every_job_or_of_none(
    compiled: dict[str, Compiled], variant: str
) -> None:
    key = KEY["ARTIFACT_BUCKET_KMS_ID"] if variant in {"key", "all"} else None
    for step in job_steps(compiled[variant]):
        if step.type == "Training":
            volume, output = step.arguments["ResourceConfig"], step.arguments["OutputDataConfig"]
        else:
            volume = step.arguments["ProcessingResources"]["ClusterConfig"]
            output = step.arguments["ProcessingOutputConfig"]
        assert volume.get("VolumeKmsKeyId") == key
        assert output.get("KmsKeyId") == key


@pytest.mark.parametrize(("variant", "count"), [("plain", 2), ("all", 4)])
def test_every_job_is_tagged_as_part_of_the_project(compiled: dict[str, Compiled], variant: str, count: int) -> None:
    for step in job_steps(compiled[variant]):
        tags = {tag["Key"]: tag["Value"] for tag in step.arguments["Tags"]}
        assert len(tags) == count
        assert tags["sagemaker:project-name"] == "abalone"
        assert tags["sagemaker:project-id"] == "p-abalone01"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_job_is_named_after_the_project_to_which_permissions_are_limited(
    compiled: dict[str, Compiled], variant: str
) -> None:
    project = VARIANTS[variant]["SAGEMAKER_PROJECT_NAME"]
    names = [
        step.arguments.get("ProcessingJobName") or step.arguments["TrainingJobName"]
        for step in job_steps(compiled[variant])
    ]

    assert all(name.startswith(f"{project}-") for name in names)


@pytest.mark.parametrize("variant", VARIANTS)
def test_jobs_run_as_the_platforms_role(compiled: dict[str, Compiled], variant: str) -> None:
    roles = {step.arguments["RoleArn"] for step in job_steps(compiled[variant])}

    assert roles == {VARIANTS[variant]["SAGEMAKER_PIPELINE_ROLE_ARN"]}


def outputs(step: Step) -> list[Any]:
    if step.type == "Training":
        return [step.arguments["OutputDataConfig"]["S3OutputPath"]]
    return [each["S3Output"]["S3Uri"] for each in step.arguments["ProcessingOutputConfig"]["Outputs"]]


def test_every_result_lies_in_the_projects_bucket_below_its_execution(compiled: dict[str, Compiled]) -> None:
    for step in job_steps(compiled["all"]):
        for output in outputs(step):
            assert output["Std:Join"]["Values"][0].startswith(BUCKET)
            assert list(gets(output)) == ["Execution.PipelineExecutionId"]


def test_nothing_points_outside_of_the_projects_bucket(compiled: dict[str, Compiled]) -> None:
    text = compiled["all"].text

    assert text.count("s3://") == text.count(BUCKET)


def test_what_people_choose_is_a_parameter_with_a_sensible_default(compiled: dict[str, Compiled]) -> None:
    parameters = compiled["plain"].definition.parameters

    assert parameters["InputDataUrl"]["DefaultValue"] == f"{BUCKET}data/abalone.csv"
    assert parameters["ModelApprovalStatus"]["DefaultValue"] == "PendingManualApproval"
    assert {
        "MseThreshold",
        "RandomSeed",
        "ProcessingInstanceType",
        "TrainingInstanceType",
    } <= parameters.keys()


def test_a_model_package_tells_the_container_where_its_code_is(compiled: dict[str, Compiled]) -> None:
    package = compiled["plain"].definition.step("Register").arguments
    (container,) = package["InferenceSpecification"]["Containers"]

    assert container["Environment"] == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    }
    assert package["ModelPackageGroupName"] == "abalone-p-abalone01"


@pytest.mark.parametrize(("variant", "hours"), [("plain", 4), ("all", 12)])
def test_the_longest_time_reaches_every_job(compiled: dict[str, Compiled], variant: str, hours: int) -> None:
    limits = [step.arguments["StoppingCondition"] for step in job_steps(compiled[variant])]

    assert [limit["MaxRuntimeInSeconds"] for limit in limits] == [hours * 60 * 60] * len(JOBS)


def test_what_a_package_may_serve_and_what_it_may_transform_on_are_chosen_apart(
    compiled: dict[str, Compiled],
) -> None:
    """One choice for both is refused by the registry for most types, once the model is trained."""
    specification = compiled["plain"].definition.step("Register").arguments["InferenceSpecification"]

    assert list(gets(specification["SupportedRealtimeInferenceInstanceTypes"])) == [
        "Parameters.InferenceInstanceType"
    ]
    assert list(gets(specification["SupportedTransformInstanceTypes"])) == ["Parameters.TransformInstanceType"]


def test_the_image_is_the_regions_own(compiled: dict[str, Compiled]) -> None:
    images = {
        step.arguments["AppSpecification"]["ImageUri"]
        for step in compiled["other-region"].definition.of_type("Processing")
    }

    assert all(".eu-west-1." in image for image in images)


def test_jobs_and_packages_name_images_that_the_role_may_pull_and_see(
    compiled: dict[str, Compiled],
) -> None:
    definition = compiled["plain"].definition
    jobs = {step.arguments["AppSpecification"]["ImageUri"] for step in definition.of_type("Processing")}
    jobs.add(definition.step("Train").arguments["AlgorithmSpecification"]["TrainingImage"])
    (container,) = definition.step("Register").arguments["InferenceSpecification"]["Containers"]

    assert {repository_of(image) for image in jobs} == allowed_images("minimal", "abalone", "PullImages")
    assert {repository_of(container["Image"])} == allowed_images("minimal", "abalone", "SeeServingImages")


def test_compiling_happened_where_no_network_was() -> None:
    """The wrapper that compiled the pipeline does cut the network: a connection to this process fails."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        probe = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=5)"
        outside = subprocess.run([sys.executable, "-c", probe], check=False, capture_output=True)
        inside = subprocess.run(["unshare", "-rn", sys.executable, "-c", probe], check=False, capture_output=True)

    assert outside.returncode == 0
    assert b"Network is unreachable" in inside.stderr


def broken(compiled: Compiled, path: list[str | int], value: Any) -> Definition:
    """The definition with one thing replaced, or removed if the value is None."""
    raw = copy.deepcopy(json.loads(compiled.text))
    place: Any = raw
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return Definition.read(json.dumps(raw))


PREPROCESS = ["Steps", 0, "Arguments"]
TRAIN = ["Steps", 1, "Arguments"]
REGISTER = ["Steps", 3, "Arguments", "IfSteps", 0, "Arguments"]


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ([*PREPROCESS, "AppSpecification"], None, "Missing required parameter"),
        ([*PREPROCESS, "AppSpecification", "Image"], "x", "not known to the service"),
        ([*PREPROCESS, "ProcessingResources", "ClusterConfig", "InstanceCount"], "one", "Invalid type"),
        ([*PREPROCESS, "RoleArn"], "not an arn", "does not match"),
        (
            [*PREPROCESS, "ProcessingResources", "ClusterConfig", "InstanceType"],
            "ml.huge",
            "not one of the service",
        ),
        ([*TRAIN, "RoleArn"], {"Get": "Parameters.Role"}, "no such parameter"),
        ([*TRAIN, "HyperParameters", "seed"], {"Get": "Steps.Prepare.CreationTime"}, "no such step"),
        ([*TRAIN, "HyperParameters", "seed"], {"Get": "Steps.Preprocess.Seed"}, "no such property"),
        (
            [*TRAIN, "InputDataConfig", 0, "DataSource", "S3DataSource", "S3Uri"],
            {"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs['trian'].S3Output.S3Uri"},
            "no such output",
        ),
        ([*TRAIN, "HyperParameters", "seed"], {"Get": "Execution.Id"}, "no such execution variable"),
        ([*PREPROCESS, "RoleArn"], {"Get": "Steps.Evaluate.RoleArn"}, "wait for each other"),
        ([*REGISTER, "ModelApprovalStatus"], "Maybe", "not one of the service"),
        (["Steps", 0, "Name"], "Train", "two steps are named Train"),
        (["Parameters", 1, "DefaultValue"], "six", "is no Float"),
        (["Parameters", 2, "DefaultValue"], "Maybe", "is not one of its values"),
        (["Parameters", 0, "Name"], "Data", "parameter Data is used nowhere"),
        (["Steps", 2, "PropertyFiles"], None, "no such property file"),
        (["Steps", 1, "Type"], "Teach", "not known to this check"),
        (["Steps", 1, "DependsOn"], ["Nothing"], "does not exist"),
    ],
)
def test_the_check_finds_what_sagemaker_would_refuse(
    compiled: dict[str, Compiled],
    path: list[str | int],
    value: Any,
    problem: str,
) -> None:
    found = problems(broken(compiled["all"], path, value))

    assert any(problem in each for each in found), found
