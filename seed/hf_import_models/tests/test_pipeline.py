"""The pipeline compiles without AWS, imports as the role that may, and leaves the token where it is."""

import json
from dataclasses import replace
from typing import Any

import pytest
from mlops.session import ProjectSession
from mlops.settings import Settings, SettingsError
from model_import.pipeline import build_pipeline

KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
IMPORT_ROLE = "arn:aws:iam::111111111111:role/service-role/demo-huggingface-import"
VARIABLES = {
    "HUGGING_FACE_ACCESS_TOKEN_SECRET": "ml/hugging-face",
    "HUGGING_FACE_MODEL_ID": "example-org/tiny-llama",
    "HUGGING_FACE_MODEL_REVISION": "v1.0",
    "HUGGING_FACE_IMPORT_ROLE_ARN": IMPORT_ROLE,
    "HF_ENDPOINT": "",
    "SERVING": "",
    "TASK": "",
}


@pytest.fixture
def connected(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the platform gives to this template: the import has a network."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    return replace(settings, network_isolation=False)


def compiled(settings: Settings) -> dict[str, Any]:
    """The definition."""
    definition: dict[str, Any] = json.loads(build_pipeline(settings, ProjectSession(settings)).definition())
    return definition


def container(definition: dict[str, Any]) -> dict[str, Any]:
    """The container of the model package."""
    (step,) = definition["Steps"][1]["Arguments"]["IfSteps"]
    (found,) = step["Arguments"]["InferenceSpecification"]["Containers"]
    return dict(found)


def test_the_steps_are_in_the_pipeline(connected: Settings) -> None:
    """Import, then register what is new; nothing fails where there is nothing to do."""
    importing, is_new = compiled(connected)["Steps"]

    assert (importing["Name"], is_new["Name"]) == ("Import", "IsNew")
    assert [step["Name"] for step in is_new["Arguments"]["IfSteps"]] == ["Register"]
    assert is_new["Arguments"]["ElseSteps"] == []


def test_the_import_runs_as_the_role_that_may_read_the_token(connected: Settings) -> None:
    """And it alone knows the secret's name, as an argument: no environment variable is needed."""
    definition = compiled(connected)
    importing = definition["Steps"][0]["Arguments"]

    assert importing["RoleArn"] == IMPORT_ROLE
    assert "Environment" not in importing
    assert json.dumps(definition).count("ml/hugging-face") == 1


def test_the_import_is_protected(connected: Settings) -> None:
    """Everything but isolation, which would keep it from the hub."""
    importing = compiled(connected)["Steps"][0]["Arguments"]

    assert importing["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True
    assert len(importing["NetworkConfig"]["VpcConfig"]["Subnets"]) == 2
    assert importing["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert importing["ProcessingOutputConfig"]["KmsKeyId"] == KEY
    arguments = importing["AppSpecification"]["ContainerArguments"]
    assert arguments[arguments.index("--group") + 1] == "demo-p-demo0001"


def test_without_a_secret_no_token_is_asked_for(connected: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public model needs none."""
    monkeypatch.delenv("HUGGING_FACE_ACCESS_TOKEN_SECRET")
    importing = compiled(connected)["Steps"][0]["Arguments"]

    assert "--secret" not in importing["AppSpecification"]["ContainerArguments"]


@pytest.mark.parametrize("serving", ["tgi", "vllm", "transformers"])
def test_the_import_looks_for_the_very_package_that_would_be_registered(
    connected: Settings, monkeypatch: pytest.MonkeyPatch, serving: str
) -> None:
    """Its image, variables and instance types are told to the job as they stand in the package."""
    monkeypatch.setenv("SERVING", serving)
    definition = compiled(connected)
    arguments = definition["Steps"][0]["Arguments"]["AppSpecification"]["ContainerArguments"]
    (step,) = definition["Steps"][1]["Arguments"]["IfSteps"]
    specification = step["Arguments"]["InferenceSpecification"]
    told = list(zip(arguments[::2], arguments[1::2], strict=True))
    variables = [value for name, value in told if name == "--variable"]
    found_out = [value for name, value in told if name == "--task-variable"]
    plain = {part for part in variables if isinstance(part, str)}
    environment = dict(container(definition).get("Environment", {}))
    for name in found_out:
        assert environment.pop(name)["Std:JsonGet"]["Path"] == "served_task"

    assert [value for name, value in told if name == "--image"] == [container(definition)["Image"]]
    assert [value for name, value in told if name == "--instance-type"] == specification[
        "SupportedRealtimeInferenceInstanceTypes"
    ]
    assert plain == {f"{name}={value}" for name, value in environment.items() if isinstance(value, str)}
    assert [part["Std:Join"]["Values"] for part in variables if not isinstance(part, str)] == [
        [name, value] for name, value in environment.items() if not isinstance(value, str)
    ]


@pytest.mark.parametrize(("written", "default"), [("", "auto"), ("fill-mask", "fill-mask")])
def test_the_task_is_a_parameter_of_the_container_that_has_to_be_told(
    connected: Settings, monkeypatch: pytest.MonkeyPatch, written: str, default: str
) -> None:
    """The others serve one task only."""
    monkeypatch.setenv("TASK", written)
    monkeypatch.setenv("SERVING", "transformers")
    definition = compiled(connected)
    arguments = definition["Steps"][0]["Arguments"]["AppSpecification"]["ContainerArguments"]

    assert {each["Name"]: each["DefaultValue"] for each in definition["Parameters"]}["Task"] == default
    assert arguments[arguments.index("--task") + 1] == {"Get": "Parameters.Task"}
    monkeypatch.setenv("SERVING", "tgi")
    assert "Task" not in {each["Name"] for each in compiled(connected)["Parameters"]}


def test_network_isolation_is_refused(connected: Settings) -> None:
    """Rather than left out: a protection that was asked for does not vanish."""
    with pytest.raises(SettingsError, match="ENABLE_NETWORK_ISOLATION"):
        compiled(replace(connected, network_isolation=True))


@pytest.mark.parametrize(
    ("serving", "variables", "repository"),
    [
        ("tgi", {"HF_MODEL_ID", "SM_NUM_GPUS"}, "/huggingface-pytorch-tgi-inference:"),
        ("vllm", {"SM_VLLM_MODEL", "SM_VLLM_TENSOR_PARALLEL_SIZE"}, "/huggingface-vllm:"),
        ("transformers", {"HF_TASK"}, "/huggingface-pytorch-inference:"),
    ],
)
def test_the_model_is_served_from_its_own_files(
    connected: Settings, monkeypatch: pytest.MonkeyPatch, serving: str, variables: set[str], repository: str
) -> None:
    """No container is told a model's name: it would go to the hub for it."""
    monkeypatch.setenv("SERVING", serving)
    found = container(compiled(connected))

    assert repository in found["Image"]
    assert "-gpu-" in found["Image"]
    assert set(found.get("Environment", {})) == variables
    assert "example-org" not in json.dumps(found)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("HUGGING_FACE_MODEL_ID", " ", "missing or empty: HUGGING_FACE_MODEL_ID"),
        ("HUGGING_FACE_IMPORT_ROLE_ARN", "", "missing or empty: HUGGING_FACE_IMPORT_ROLE_ARN"),
        ("HF_ENDPOINT", "http://hub.example.com", "begins with https"),
        ("SERVING", "TGI", "write one of tgi, vllm, transformers"),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(
    connected: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    """In one line; over plain HTTP the token could be read on its way."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=complaint):
        compiled(connected)


def test_without_a_revision_main_is_imported(connected: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the hub itself does."""
    monkeypatch.delenv("HUGGING_FACE_MODEL_REVISION")
    parameters = {each["Name"]: each.get("DefaultValue") for each in compiled(connected)["Parameters"]}

    assert (parameters["ModelId"], parameters["Revision"]) == ("example-org/tiny-llama", "main")
