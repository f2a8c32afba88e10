"""The compiled batch pipeline is one that SageMaker takes, with the options that the platform chose."""

import re
from typing import Any

import pytest
from build_variables import KEY, SCORING, SCORING_VARIANTS, VPC
from definition_problems import problems
from mlops.local.compilation import Compiled
from mlops.local.definition import dependencies, gets

# What the role of the project may touch, by the argument that names it.
NAMES = {
    "Processing": "ProcessingJobName",
    "Model": "ModelName",
    "Transform": "TransformJobName",
}
# SageMaker adds a hyphen and the 12 characters of the execution's id, and the SDK leaves room for more.
LONGEST_NAME = 63 - 13

each_variant = pytest.mark.parametrize("variant", SCORING_VARIANTS)


def network(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same settings stand in different places of the requests."""
    found: dict[str, Any] = arguments.get("NetworkConfig", arguments)
    return found


@each_variant
def test_sagemaker_would_take_the_definition(batch_compiled: dict[str, Compiled], variant: str) -> None:
    assert problems(batch_compiled[variant].definition) == []


def test_everything_but_the_lookup_waits_for_an_approval(batch_compiled: dict[str, Compiled]) -> None:
    graph = {step.name: dependencies(step) for step in batch_compiled["all"].definition.steps}

    assert graph == {
        "SelectModel": set(),
        "ModelApproved": {"SelectModel"},
        "Prepare": {"SelectModel", "ModelApproved"},
        "EnoughRows": {"Prepare", "ModelApproved"},
        "CreateModel": {"SelectModel", "EnoughRows"},
        "Transform": {"CreateModel", "Prepare", "EnoughRows"},
        "TooFewRows": {"Prepare", "EnoughRows"},
    }


@each_variant
def test_no_package_and_no_archive_is_fixed_when_the_pipeline_is_built(
    batch_compiled: dict[str, Compiled], variant: str
) -> None:
    compiled = batch_compiled[variant]

    assert "model-package/" not in compiled.text
    assert "model.tar.gz" not in compiled.text
    for name in ("Prepare", "CreateModel"):
        assert "Steps.SelectModel.PropertyFiles.Selection" in gets(compiled.definition.step(name).arguments)


@each_variant
def test_the_names_of_jobs_and_models_begin_with_the_prefix_and_differ(
    batch_compiled: dict[str, Compiled], variant: str
) -> None:
    steps = batch_compiled[variant].definition.of_type(*NAMES)
    names = [step.arguments[NAMES[step.type]] for step in steps]

    assert len(set(names)) == len(names) == 4
    assert all(name.startswith(f"{SCORING_VARIANTS[variant]['BASE_JOB_PREFIX']}-") for name in names)
    assert all(len(name) <= LONGEST_NAME and re.fullmatch(r"[a-z0-9](-*[a-z0-9])*", name) for name in names)


@each_variant
def test_the_jobs_that_read_data_have_no_network_and_the_lookup_reads_none(
    batch_compiled: dict[str, Compiled], variant: str
) -> None:
    definition = batch_compiled[variant].definition
    isolated = {
        step.name: network(step.arguments)["EnableNetworkIsolation"]
        for step in definition.of_type("Processing", "Model")
    }
    lookup = definition.step("SelectModel").arguments["ProcessingInputs"]

    assert isolated == {"SelectModel": False, "Prepare": True, "CreateModel": True}
    assert [each["InputName"] for each in lookup] == ["code"]


@each_variant
def test_vpc_and_key_reach_every_job_or_none(batch_compiled: dict[str, Compiled], variant: str) -> None:
    definition, everything = batch_compiled[variant].definition, variant == "all"
    places = {
        "Subnets": VPC["SUBNET_IDS"].split(","),
        "SecurityGroupIds": VPC["SECURITY_GROUP_IDS"].split(","),
    }
    key = KEY["ARTIFACT_BUCKET_KMS_ID"] if everything else None
    transform = definition.step("Transform").arguments
    encrypted = [transform["TransformResources"].get("VolumeKmsKeyId"), transform["TransformOutput"].get("KmsKeyId")]
    for step in definition.of_type("Processing"):
        encrypted.append(step.arguments["ProcessingResources"]["ClusterConfig"].get("VolumeKmsKeyId"))
        encrypted.append(step.arguments["ProcessingOutputConfig"].get("KmsKeyId"))

    assert encrypted == [key] * 6
    for step in definition.of_type("Processing", "Model"):
        assert network(step.arguments).get("VpcConfig") == (places if everything else None)


def test_an_execution_writes_below_its_own_prefix_only(batch_compiled: dict[str, Compiled]) -> None:
    definition = batch_compiled["all"].definition
    outputs = [definition.step("Transform").arguments["TransformOutput"]["S3OutputPath"]]
    for step in definition.of_type("Processing"):
        outputs += [each["S3Output"]["S3Uri"] for each in step.arguments["ProcessingOutputConfig"]["Outputs"]]
    root = f"s3://{SCORING['ARTIFACT_BUCKET']}/pipelines/{SCORING['SAGEMAKER_PIPELINE_NAME']}/executions"

    assert len(outputs) == 4
    for output in outputs:
        assert output["Std:Join"]["Values"][:2] == [root, {"Get": "Execution.PipelineExecutionId"}]
