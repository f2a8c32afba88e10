"""The compiled pipeline, executed: its own scripts tune a real, tiny language model; of AWS, an emulated S3."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_on_loopback import DUMMY_CREDENTIALS, client
from build_variables import PLAIN
from mlops.local.compilation import Compiled
from mlops.local.execution import Execution
from mlops.local.pipeline import LocalPipeline
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore
from seed_repository import SeedRepository
from small_hub import COMMIT, MODEL, hub

BUCKET = PLAIN["ARTIFACT_BUCKET"]
IN_S3 = f"s3://{BUCKET}/data/models/tiny"
TINY: dict[str, str | int | float] = {
    "BaseModel": IN_S3,
    "Quantization": "none",
    "BatchSize": 16,
    "GradientAccumulation": 1,
    "Epochs": 5,
    "LearningRate": 0.005,
    "MaxTokens": 256,
    "MaxNewTokens": 40,
    "MaxTestExamples": 60,
}


@dataclass(frozen=True)
class Place:
    """Where executions happen."""

    pipeline: LocalPipeline
    root: Path

    @property
    def store(self) -> FolderStore:
        """Where the bucket is."""
        return FolderStore(self.root / "s3")

    def results(self, execution: Execution) -> Path:
        """What an execution left in the bucket."""
        return self.root / "s3" / BUCKET / "pipelines/abalone-p-abalone01/executions" / execution.identifier

    def figure(self, execution: Execution, name: str) -> float:
        """A figure of the execution's report."""
        report = json.loads((self.results(execution) / "Evaluate/evaluation/evaluation.json").read_text())
        return float(report["text_to_sql_metrics"][name]["value"])


@pytest.fixture(scope="module")
def surroundings(base_model: Path, aws: str) -> Iterator[dict[str, str]]:
    """What a job with a network reaches: the tiny model, on a hub and in S3."""
    for file in base_model.iterdir():
        client("s3", aws).upload_file(str(file), BUCKET, f"data/models/tiny/{file.name}")
    with hub(base_model) as address:
        yield {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": aws, "HF_ENDPOINT": address}


@pytest.fixture(scope="module")
def place(
    compiled: dict[str, Compiled],
    repository: SeedRepository,
    surroundings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    """A bucket with generated data and the code."""
    root = tmp_path_factory.mktemp("execution")
    store = FolderStore(root / "s3")
    compiled["platform"].upload(store)
    data = root / "s3" / BUCKET / "data/text_to_sql.jsonl"
    data.parent.mkdir(parents=True)
    repository.python(["-m", "text_to_sql.generate_data", str(data), "--examples", "420"], offline=True)
    around = Surroundings(store, surroundings)
    return Place(LocalPipeline(compiled["platform"].definition, around, root / "work"), root)


@pytest.fixture(scope="module")
def good(place: Place) -> Execution:
    """An execution with the default threshold, and training enough."""
    return place.pipeline.run("good", TINY)


@pytest.fixture(scope="module")
def dry(place: Place) -> Execution:
    """A dry run, of a model from the hub, with QLoRA, which every model would pass."""
    return place.pipeline.run(
        "dry", TINY | {"BaseModel": MODEL, "Quantization": "4bit", "DryRun": "true", "AccuracyThreshold": 0.0}
    )


def test_tuning_makes_execution_accuracy_rise_through_the_default_threshold(place: Place, good: Execution) -> None:
    threshold = place.pipeline.definition.parameters["AccuracyThreshold"]["DefaultValue"]

    assert place.figure(good, "base_execution_accuracy") < threshold <= place.figure(good, "execution_accuracy")


def test_a_model_that_reaches_the_threshold_and_beats_its_base_is_registered_for_approval(good: Execution) -> None:
    assert (good.status, good.failure) == ("Succeeded", None)
    assert good.steps[-3:] == ["DryRunOnly", "GoodEnough", "Register"]
    (package,) = good.registered
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelPackageGroupName"] == PLAIN["MODEL_PACKAGE_GROUP_NAME"]


def test_the_packages_metrics_hold_the_figures_of_both_models(place: Place, good: Execution) -> None:
    location = good.registered[0]["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    metrics = json.loads(place.store.path(location).read_text())["text_to_sql_metrics"]

    assert metrics["execution_accuracy"]["value"] > metrics["base_execution_accuracy"]["value"]
    assert metrics["exact_match"]["value"] > metrics["base_exact_match"]["value"]


def test_a_package_says_what_it_was_made_of(place: Place, good: Execution) -> None:
    data = place.store.path(f"s3://{BUCKET}/data/text_to_sql.jsonl").read_bytes()
    assert good.registered[0]["CustomerMetadataProperties"] == {
        "execution": "arn:local:execution/good",
        "input-data": f"s3://{BUCKET}/data/text_to_sql.jsonl",
        "input-data-sha256": hashlib.sha256(data).hexdigest(),
        "input-data-examples": str(len(data.splitlines())),
        "base-model": IN_S3,
        "base-model-revision": "none",
        "quantization": "none",
        "random-seed": "42",
    }


def test_the_registered_model_is_whole_and_holds_neither_pickle_nor_code(place: Place, good: Execution) -> None:
    (container,) = good.registered[0]["InferenceSpecification"]["Containers"]
    with tarfile.open(place.store.path(container["ModelDataUrl"])) as packed:
        files = {member.name for member in packed.getmembers() if member.isfile()}

    assert {"config.json", "model.safetensors", "tokenizer.json"} <= files
    assert {Path(file).suffix for file in files} == {".json", ".safetensors"}


def test_every_answer_of_both_models_can_be_read(place: Place, good: Execution) -> None:
    file = place.results(good) / "Evaluate/evaluation/answers.jsonl"
    answers = [json.loads(line) for line in file.read_text().splitlines()]

    assert len(answers) == 60
    right = sum(answer["tuned"]["execution"] for answer in answers) / len(answers)
    assert right == place.figure(good, "execution_accuracy")
    assert all(answer["base"]["sql"] for answer in answers)


@pytest.mark.parametrize("keys", [("schema", "question"), ("sql",)])
def test_neither_a_question_nor_a_query_that_is_tested_was_trained_on(
    place: Place, good: Execution, keys: tuple[str, ...]
) -> None:
    asked: dict[str, set[Any]] = {}
    for part in ("train", "test"):
        text = (place.results(good) / f"Preprocess/{part}/examples.jsonl").read_text()
        asked[part] = {tuple(each[key] for key in keys) for each in map(json.loads, text.splitlines())}

    assert asked["train"]
    assert not asked["train"] & asked["test"]


def test_checkpoints_of_the_training_are_kept(place: Place, good: Execution) -> None:
    kept = [path.name for path in (place.results(good) / "Train/checkpoints").iterdir()]

    assert any(name.startswith("checkpoint-") for name in kept)


def test_a_model_below_the_threshold_is_not_registered_and_the_failure_tells_both_figures(place: Place) -> None:
    """It does beat its base."""
    failed = place.pipeline.run("below", TINY | {"Epochs": 1, "AccuracyThreshold": 0.999})
    tuned, base = (place.figure(failed, name) for name in ("execution_accuracy", "base_execution_accuracy"))

    assert base < tuned < 0.999
    assert failed.registered == []
    assert failed.failure == (
        f"NotGoodEnough: Not registered: execution accuracy {tuned} of the tuned model must reach AccuracyThreshold "
        f"0.999 and be above that of the base model, {base}"
    )


def test_a_model_no_better_than_its_base_is_not_registered(place: Place) -> None:
    """It does reach the threshold."""
    failed = place.pipeline.run("same", TINY | {"Epochs": 1, "LearningRate": 1e-12, "AccuracyThreshold": 0.1})
    tuned, base = (place.figure(failed, name) for name in ("execution_accuracy", "base_execution_accuracy"))

    assert tuned == base > 0.1
    assert failed.registered == []
    assert failed.status == "Failed"


def test_a_dry_run_goes_through_every_job_and_never_registers(place: Place, dry: Execution) -> None:
    assert (dry.status, dry.failure) == ("Succeeded", None)
    assert dry.steps[-2:] == ["Evaluate", "DryRunOnly"]
    assert dry.registered == []


def test_a_branch_of_the_hub_is_resolved_to_the_commit_that_was_fetched(place: Place, dry: Execution) -> None:
    source = json.loads((place.results(dry) / "FetchModel/source/source.json").read_text())

    assert source == {"model": MODEL, "revision": COMMIT}


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("somebody/no-such-model", "somebody/no-such-model at main cannot be had from the Hugging Face Hub"),
        (f"s3://{BUCKET}/data/models/nothing", "has no config.json with safetensors weights beside it"),
    ],
)
def test_a_base_model_that_is_not_there_fails_the_execution_in_one_line(
    place: Place, model: str, reason: str
) -> None:
    failed = place.pipeline.run(f"missing-{len(model)}", {"BaseModel": model})

    assert failed.failure is not None
    assert failed.failure.startswith("FetchModel: ModelError: ")
    assert reason in failed.failure
    assert "\n" not in failed.failure
    assert "Train" not in failed.steps


def test_a_line_that_is_no_example_fails_the_execution_and_is_named(place: Place) -> None:
    broken = place.root / "s3" / BUCKET / "data/broken"
    broken.mkdir()
    (broken / "mine.jsonl").write_text('{"schema": "CREATE TABLE t (x INTEGER)", "question": "How many?"}\n')

    failed = place.pipeline.run("broken", TINY | {"InputDataUrl": f"s3://{BUCKET}/data/broken"})

    assert failed.failure == "Preprocess: DataError: mine.jsonl, line 1: sql is missing or no text"
