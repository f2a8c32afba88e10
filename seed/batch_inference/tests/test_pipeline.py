"""The pipeline compiles without AWS, the lookup comes first, and no job lacks a protection."""

import json
from typing import Any

import pytest
from mlops.service_values import unknown_values
from mlops.session import ProjectSession
from mlops.settings import Settings
from scoring.pipeline import build_pipeline

KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def steps(settings: Settings) -> dict[str, dict[str, Any]]:
    """The compiled steps by name, those inside the condition included."""
    pipeline = build_pipeline(settings, ProjectSession(settings))
    first, approved = json.loads(pipeline.definition())["Steps"]
    prepare, enough = approved["Arguments"]["IfSteps"]
    inner = [step for branch in ("IfSteps", "ElseSteps") for step in enough["Arguments"][branch]]
    return {step["Name"]: step for step in [first, approved, prepare, enough, *inner]}


def test_the_model_is_selected_first_and_the_rest_waits_for_an_approval(steps: dict[str, dict[str, Any]]) -> None:
    """Without one, nothing runs and nothing fails."""
    first = ["SelectModel", "ModelApproved", "Prepare", "EnoughRows"]
    assert list(steps) == [*first, "CreateModel", "Transform", "TooFewRows"]
    assert steps["ModelApproved"]["Arguments"]["ElseSteps"] == []


def test_only_the_lookup_has_a_network(steps: dict[str, dict[str, Any]]) -> None:
    """It calls AWS and reads no data; the jobs that read data call nobody."""
    assert steps["SelectModel"]["Arguments"]["NetworkConfig"]["EnableNetworkIsolation"] is False
    assert steps["Prepare"]["Arguments"]["NetworkConfig"]["EnableNetworkIsolation"] is True
    assert steps["CreateModel"]["Arguments"]["EnableNetworkIsolation"] is True


@pytest.mark.parametrize("name", ["SelectModel", "Prepare"])
def test_processing_is_protected(steps: dict[str, dict[str, Any]], name: str) -> None:
    """In the VPC, encrypted."""
    arguments = steps[name]["Arguments"]

    assert len(arguments["NetworkConfig"]["VpcConfig"]["Subnets"]) == 2
    assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == KEY


def test_prediction_is_protected(steps: dict[str, dict[str, Any]]) -> None:
    """The model is in the VPC; the job's volumes and results are encrypted."""
    transform = steps["Transform"]["Arguments"]

    assert len(steps["CreateModel"]["Arguments"]["VpcConfig"]["Subnets"]) == 2
    assert transform["TransformResources"]["VolumeKmsKeyId"] == KEY
    assert transform["TransformOutput"]["KmsKeyId"] == KEY


def test_every_value_is_one_that_sagemaker_knows(settings: Settings) -> None:
    """A misspelt default of an instance type fails here, and not when its step starts."""
    assert unknown_values(json.loads(build_pipeline(settings, ProjectSession(settings)).definition()), {}) == []
