"""The pipeline compiles without AWS, and no job lacks a protection."""

import json
from typing import Any

import pytest
from abalone.pipeline import build_pipeline
from mlops.service_values import unknown_values
from mlops.session import ProjectSession
from mlops.settings import Settings

KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def steps(settings: Settings) -> dict[str, dict[str, Any]]:
    """The compiled steps by name."""
    pipeline = build_pipeline(settings, ProjectSession(settings))
    return {step["Name"]: step for step in json.loads(pipeline.definition())["Steps"]}


def test_the_steps_are_in_the_pipeline(steps: dict[str, dict[str, Any]]) -> None:
    """Preprocess, train, evaluate, decide: register or fail."""
    branches = steps["GoodEnough"]["Arguments"]

    assert list(steps) == ["Preprocess", "Train", "Evaluate", "GoodEnough"]
    assert [step["Name"] for step in branches["IfSteps"]] == ["Register"]
    assert [step["Name"] for step in branches["ElseSteps"]] == ["NotGoodEnough"]


@pytest.mark.parametrize("name", ["Preprocess", "Evaluate"])
def test_processing_is_protected(steps: dict[str, dict[str, Any]], name: str) -> None:
    """Isolated, in the VPC, encrypted."""
    arguments = steps[name]["Arguments"]

    assert arguments["NetworkConfig"]["EnableNetworkIsolation"] is True
    assert arguments["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True
    assert len(arguments["NetworkConfig"]["VpcConfig"]["Subnets"]) == 2
    assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == KEY


def test_training_is_protected(steps: dict[str, dict[str, Any]]) -> None:
    """Isolated, in the VPC, encrypted."""
    arguments = steps["Train"]["Arguments"]

    assert arguments["EnableNetworkIsolation"] is True
    assert arguments["EnableInterContainerTrafficEncryption"] is True
    assert len(arguments["VpcConfig"]["Subnets"]) == 2
    assert arguments["ResourceConfig"]["VolumeKmsKeyId"] == KEY
    assert arguments["OutputDataConfig"]["KmsKeyId"] == KEY


def test_every_value_is_one_that_sagemaker_knows(settings: Settings) -> None:
    """A misspelt default of an instance type fails here, and not when its step starts."""
    assert unknown_values(json.loads(build_pipeline(settings, ProjectSession(settings)).definition()), {}) == []
