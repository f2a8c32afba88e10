"""The command that delivers the pipeline, as far as it can be seen without AWS."""

import json
from pathlib import Path
from types import SimpleNamespace
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


class Compiled:
    """A pipeline with one parameter."""

    parameters = (SimpleNamespace(name="MseThreshold"),)

    def definition(self) -> str:
        """A definition without steps."""
        return '{"Parameters": [], "Steps": []}'


@pytest.fixture
def without_sdk(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """A pipeline that is compiled at once; the session is None, so that any call to AWS would fail."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(deliver, "_build", lambda *_: (None, Compiled()))


@pytest.mark.usefixtures("without_sdk")
def test_a_misspelt_parameter_is_an_input_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, before anything is sent to AWS."""
    assert deliver.main(["a.pipeline", "--parameter", "MseTreshold=5"]) == 2
    assert "no parameter MseTreshold" in capsys.readouterr().err


@pytest.mark.usefixtures("without_sdk")
def test_compiling_alone_sends_nothing_to_aws(tmp_path: Path) -> None:
    """The definition is in the file, and nowhere else."""
    assert deliver.main(["a.pipeline", "--compile-only", str(tmp_path / "definition.json")]) == 0
    assert json.loads((tmp_path / "definition.json").read_text()) == {"Parameters": [], "Steps": []}


@pytest.mark.usefixtures("without_sdk")
def test_values_that_sagemaker_does_not_know_are_told_all_at_once_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 2; a misspelt instance type would fail its step an hour later."""
    step = {"Name": "Create", "Type": "Model", "Arguments": {"Containers": [{"Mode": "Many"}, {"Mode": "None"}]}}
    text = json.dumps({"Parameters": [], "Steps": [step]})
    monkeypatch.setattr(Compiled, "definition", lambda _: text)

    assert deliver.main(["a.pipeline", "--compile-only", str(tmp_path / "definition.json")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" is ")[0] for line in told] == ["error: Create.Containers.Mode"] * 2
    assert not list(tmp_path.iterdir())


def test_waiting_ends_well_when_the_execution_does() -> None:
    """Exit code 0."""
    assert deliver._wait(Execution("Succeeded"), "arn") == 0


def test_waiting_tells_why_an_execution_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the reason of the step that failed."""
    assert deliver._wait(Execution("Failed"), "arn") == 1
    assert "NotGoodEnough: mean squared error 9.1" in capsys.readouterr().err
