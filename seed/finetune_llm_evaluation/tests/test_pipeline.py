"""The pipeline compiles without AWS, and no job lacks a protection."""

import json
from typing import Any

import pytest
from mlops.session import ProjectSession
from mlops.settings import Settings, SettingsError
from text_to_sql.pipeline import build_pipeline

KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def steps(settings: Settings) -> dict[str, dict[str, Any]]:
    """The compiled steps by name."""
    pipeline = build_pipeline(settings, ProjectSession(settings))
    return {step["Name"]: step for step in json.loads(pipeline.definition())["Steps"]}


def test_the_steps_are_in_the_pipeline(steps: dict[str, dict[str, Any]]) -> None:
    """A dry run ends; else the tuned model is registered, or the execution fails."""
    after = steps["DryRunOnly"]["Arguments"]
    (good_enough,) = after["ElseSteps"]

    assert list(steps) == ["FetchModel", "Preprocess", "Train", "Evaluate", "DryRunOnly"]
    assert after["IfSteps"] == []
    assert [step["Name"] for step in good_enough["Arguments"]["IfSteps"]] == ["Register"]
    assert [step["Name"] for step in good_enough["Arguments"]["ElseSteps"]] == ["NotGoodEnough"]


@pytest.mark.parametrize("name", ["Preprocess", "Evaluate"])
def test_processing_is_protected(steps: dict[str, dict[str, Any]], name: str) -> None:
    """Isolated, in the VPC, encrypted."""
    arguments = steps[name]["Arguments"]

    assert arguments["NetworkConfig"]["EnableNetworkIsolation"] is True
    assert len(arguments["NetworkConfig"]["VpcConfig"]["Subnets"]) == 2
    assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == KEY


def test_training_is_protected(steps: dict[str, dict[str, Any]]) -> None:
    """Isolated, in the VPC, encrypted, with checkpoints."""
    arguments = steps["Train"]["Arguments"]

    assert arguments["EnableNetworkIsolation"] is True
    assert len(arguments["VpcConfig"]["Subnets"]) == 2
    assert arguments["OutputDataConfig"]["KmsKeyId"] == KEY
    assert arguments["CheckpointConfig"]["LocalPath"] == "/opt/ml/checkpoints"


@pytest.mark.parametrize("written", ["3600", "soon", "-1"])
def test_a_waiting_time_for_spot_instances_that_sagemaker_refuses_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """It has to be at least as long as the longest training."""
    monkeypatch.setenv("SPOT_MAX_WAIT_SECONDS", written)

    with pytest.raises(SettingsError, match=f"SPOT_MAX_WAIT_SECONDS is '{written}'"):
        build_pipeline(settings, ProjectSession(settings))
