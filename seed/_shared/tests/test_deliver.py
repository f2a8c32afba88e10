"""The command that delivers the pipeline, as far as it can be seen without AWS."""

from typing import Any

import pytest
from mlops import deliver


class Execution:
    """A client that knows one execution, which has ended."""

    def __init__(self, status: str) -> None:
        self._status = status

    def describe_pipeline_execution(self, **_: str) -> dict[str, Any]:
        """The execution as a whole."""
        return {"PipelineExecutionStatus": self._status, "FailureReason": "a step failed"}

    def list_pipeline_execution_steps(self, **_: str) -> dict[str, Any]:
        """Its steps: one that went well, and the one that failed."""
        failed = {
            "StepName": "NotGoodEnough",
            "FailureReason": "mean squared error 9.1 is above MseThreshold 6.0",
        }
        return {"PipelineExecutionSteps": [{"StepName": "Train"}, failed]}


def test_missing_settings_are_an_input_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one line, before the SDK is even loaded."""
    monkeypatch.delenv("ARTIFACT_BUCKET", raising=False)

    assert deliver.main(["nothing.here"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("written", ["MseThreshold", "=5"])
def test_a_parameter_needs_a_name_and_a_value(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    written: str,
) -> None:
    """NAME=VALUE, and nothing else."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert deliver.main(["nothing.here", "--parameter", written]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_waiting_ends_well_when_the_execution_does() -> None:
    """Exit code 0."""
    assert deliver._wait(Execution("Succeeded"), "arn") == 0


def test_waiting_tells_why_an_execution_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the reason of the step that failed."""
    assert deliver._wait(Execution("Failed"), "arn") == 1
    assert "NotGoodEnough: mean squared error 9.1" in capsys.readouterr().err
