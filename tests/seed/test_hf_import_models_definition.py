"""The compiled import pipeline is one that SageMaker takes, and only its import job may reach the token."""

import json
from typing import Any

import pytest
from definition_problems import problems
from hf_variables import HF_PLAIN, HF_VARIANTS
from images_of_roles import allowed_images, repository_of
from mlops.local.compilation import Compiled
from mlops.local.definition import dependencies, gets

BUCKET = f"s3://{HF_PLAIN['ARTIFACT_BUCKET']}/"
KEY = HF_VARIANTS["all"]["ARTIFACT_BUCKET_KMS_ID"]


def importing(compiled: Compiled) -> dict[str, Any]:
    """The arguments of the import job, the only job."""
    (step,) = compiled.definition.of_type("Processing", "Training", "Transform")
    return step.arguments


@pytest.mark.parametrize("variant", HF_VARIANTS)
def test_sagemaker_would_take_the_definition(hf_compiled: dict[str, Compiled], variant: str) -> None:
    assert problems(hf_compiled[variant].definition) == []


def test_the_same_repository_compiles_to_the_same_bytes(hf_compiled: dict[str, Compiled]) -> None:
    assert hf_compiled["all"].text == hf_compiled["all again"].text


def test_the_steps_depend_on_each_other_as_intended(hf_compiled: dict[str, Compiled]) -> None:
    assert {step.name: dependencies(step) for step in hf_compiled["plain"].definition.steps} == {
        "Import": set(),
        "IsNew": {"Import"},
        "Register": {"Import", "IsNew"},
    }


@pytest.mark.parametrize("variant", HF_VARIANTS)
def test_the_import_job_has_its_own_role_a_network_and_no_environment(
    hf_compiled: dict[str, Compiled], variant: str
) -> None:
    job = importing(hf_compiled[variant])

    assert job["RoleArn"] == HF_PLAIN["HUGGING_FACE_IMPORT_ROLE_ARN"]
    assert job["NetworkConfig"]["EnableNetworkIsolation"] is False
    assert job["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is (variant == "encrypted")
    assert "Environment" not in job


def test_a_public_models_import_names_no_secret(hf_compiled: dict[str, Compiled]) -> None:
    assert "--secret" not in importing(hf_compiled["public"])["AppSpecification"]["ContainerArguments"]


@pytest.mark.parametrize("variant", sorted(HF_VARIANTS.keys() - {"public"}))
def test_the_secrets_name_is_an_argument_of_the_import_job_and_stands_nowhere_else(
    hf_compiled: dict[str, Compiled], variant: str
) -> None:
    secret = HF_VARIANTS[variant]["HUGGING_FACE_ACCESS_TOKEN_SECRET"]
    arguments = importing(hf_compiled[variant])["AppSpecification"]["ContainerArguments"]

    assert arguments[arguments.index("--secret") + 1] == secret
    assert hf_compiled[variant].text.count(f'"{secret}"') == 1


def test_the_key_encrypts_the_volume_the_result_and_the_models(hf_compiled: dict[str, Compiled]) -> None:
    job = importing(hf_compiled["all"])
    arguments = job["AppSpecification"]["ContainerArguments"]

    assert job["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert job["ProcessingOutputConfig"]["KmsKeyId"] == KEY
    assert arguments[arguments.index("--kms-key") + 1] == KEY
    assert KEY not in hf_compiled["plain"].text


def test_the_result_lies_below_its_execution_and_nothing_points_outside_of_the_bucket(
    hf_compiled: dict[str, Compiled],
) -> None:
    (output,) = importing(hf_compiled["all"])["ProcessingOutputConfig"]["Outputs"]
    text = hf_compiled["all"].text

    assert list(gets(output["S3Output"]["S3Uri"])) == ["Execution.PipelineExecutionId"]
    assert text.count("s3://") == text.count(BUCKET)


def test_the_mirror_replaces_the_hub(hf_compiled: dict[str, Compiled]) -> None:
    assert '"https://huggingface.co"' in hf_compiled["plain"].text
    assert '"https://hub.example.com"' in hf_compiled["mirror"].text
    assert "huggingface.co" not in hf_compiled["mirror"].text


@pytest.mark.parametrize("variant", ["plain", "vllm", "transformers"])
def test_the_package_is_for_gpus_and_an_uncompressed_model(hf_compiled: dict[str, Compiled], variant: str) -> None:
    package = hf_compiled[variant].definition.step("Register").arguments
    specification = package["InferenceSpecification"]
    (container,) = specification["Containers"]
    instances = [
        hf_compiled[variant].definition.parameters[each["Get"].removeprefix("Parameters.")]["DefaultValue"]
        if isinstance(each, dict)
        else each
        for each in specification["SupportedRealtimeInferenceInstanceTypes"]
    ]

    assert {instance.split(".")[1] for instance in instances} == {"g5", "g6", "g6e"}
    assert "-gpu-" in container["Image"]
    assert container["ModelDataSource"]["S3DataSource"]["CompressionType"] == "None"
    assert "ModelDataUrl" not in container


def test_the_images_are_the_regions_own(hf_compiled: dict[str, Compiled]) -> None:
    compiled = hf_compiled["other-region"]
    (container,) = compiled.definition.step("Register").arguments["InferenceSpecification"]["Containers"]
    images = [importing(compiled)["AppSpecification"]["ImageUri"], container["Image"]]

    assert all(".eu-west-1." in image for image in images)


@pytest.mark.parametrize("variant", ["plain", "vllm", "transformers"])
def test_the_import_names_images_that_its_role_may_pull_and_the_pipelines_role_may_see(
    hf_compiled: dict[str, Compiled], variant: str
) -> None:
    job = importing(hf_compiled[variant])["AppSpecification"]["ImageUri"]
    package = hf_compiled[variant].definition.step("Register").arguments
    (container,) = package["InferenceSpecification"]["Containers"]
    case = "hf-import-models-minimal"

    assert {repository_of(job)} == allowed_images(case, "llama", "PullImages", role="import_role")
    assert repository_of(container["Image"]) in allowed_images(case, "llama", "SeeServingImages")


def test_the_import_compares_with_the_image_that_is_registered(hf_compiled: dict[str, Compiled]) -> None:
    arguments = importing(hf_compiled["vllm"])["AppSpecification"]["ContainerArguments"]
    (container,) = hf_compiled["vllm"].definition.step("Register").arguments["InferenceSpecification"]["Containers"]

    assert arguments[arguments.index("--image") + 1] == container["Image"]


def test_what_people_choose_is_a_parameter(hf_compiled: dict[str, Compiled]) -> None:
    raw = json.loads(hf_compiled["all"].text)
    parameters = {each["Name"]: each["DefaultValue"] for each in raw["Parameters"]}

    assert parameters == {
        "ModelId": "example-org/tiny-llama",
        "Revision": "v1.0",
        "ModelApprovalStatus": "PendingManualApproval",
        "GpuCount": 1,
        "ImportInstanceType": "ml.m5.large",
        "InferenceInstanceType": "ml.g5.xlarge",
    }
