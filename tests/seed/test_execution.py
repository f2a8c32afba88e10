"""The compiled pipeline, executed: its own scripts, real XGBoost, generated data, and no AWS."""

import csv
import hashlib
import io
import json
import socket
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from installed_container import xgboost_container
from mlops.local.execution import Execution
from mlops.local.sandbox import JobFailedError, Sandbox
from mlops.local.serving import Request
from sagemaker_templates.rehearsal.containers.container import Container
from training import BUCKET, SMALL, Training


@pytest.fixture(scope="module")
def bad(training: Training) -> Execution:
    """The same, with a threshold that no model reaches."""
    return training.pipeline.run("bad", SMALL | {"MseThreshold": 0.01})


def test_a_good_model_is_registered_for_approval(good: Execution) -> None:
    assert (good.status, good.failure) == ("Succeeded", None)
    assert good.steps == ["Preprocess", "Train", "Evaluate", "GoodEnough", "Register"]
    (package,) = good.registered
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelPackageGroupName"] == "abalone-p-abalone01"


def test_the_registered_metrics_are_those_of_the_evaluation(training: Training, good: Execution) -> None:
    location = good.registered[0]["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    registered = json.loads(training.store.path(location).read_text())["regression_metrics"]

    assert registered == training.report(good)
    assert registered["r2"]["value"] > 0.4


def test_a_package_says_from_which_execution_commit_data_and_seed_it_came(good: Execution, dataset: Path) -> None:
    assert good.registered[0]["CustomerMetadataProperties"] == {
        "execution": "arn:local:execution/good",
        "commit": "0f1e2d3c" * 5,
        "input-data": f"s3://{BUCKET}/data/abalone.csv",
        "input-data-sha256": hashlib.sha256(dataset.read_bytes()).hexdigest(),
        "input-data-rows": "1500",
        "random-seed": "42",
    }


def test_a_bad_model_fails_the_execution_with_the_figures_and_is_not_registered(
    training: Training, bad: Execution
) -> None:
    mse = training.report(bad)["mse"]["value"]

    assert bad.status == "Failed"
    assert bad.failure == f"NotGoodEnough: Not registered: mean squared error {mse} is above MseThreshold 0.01"
    assert bad.registered == []


def test_the_default_threshold_is_one_that_generated_data_passes(training: Training, good: Execution) -> None:
    """So that the very first run succeeds."""
    default = training.pipeline.definition.parameters["MseThreshold"]["DefaultValue"]

    assert training.report(good)["mse"]["value"] < default


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(
    training: Training, good: Execution, bad: Execution, other_seed: Execution
) -> None:
    assert training.report(good) == training.report(bad)
    assert training.report(good) != training.report(other_seed)


def test_the_scripts_of_one_execution_write_nothing_into_another(
    training: Training, good: Execution, bad: Execution
) -> None:
    executions = training.root / "s3" / BUCKET / "pipelines/abalone-p-abalone01/executions"

    assert {"good", "bad"} <= {path.name for path in executions.iterdir()}
    assert sorted(path.name for path in (executions / good.identifier).iterdir()) == [
        "Evaluate",
        "Preprocess",
        "Train",
    ]


@pytest.fixture(scope="module")
def container(training: Training, good: Execution) -> Container:
    """The registered model in the container, as its package says."""
    (described,) = good.registered[0]["InferenceSpecification"]["Containers"]
    sandbox = Sandbox(training.root / "serving")
    with tarfile.open(training.store.path(described["ModelDataUrl"])) as packed:
        packed.extractall(sandbox.folder("endpoint") / "model", filter="data")
    return xgboost_container(sandbox, "endpoint", described["Environment"])


@pytest.fixture(scope="module")
def served(training: Training, container: Container) -> tuple[list[dict[str, str]], list[float]]:
    """Raw test rows, and what the registered model answers to them."""
    rows = training.root / "work/good/Preprocess/ml/processing/test/rows.csv"
    names = ["sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings"]
    records = list(csv.DictReader(io.StringIO(rows.read_text()), names))
    body = io.StringIO()
    csv.DictWriter(body, names[:-1], extrasaction="ignore").writerows(records)
    (answer,) = container.answers([Request(body.getvalue())])
    assert answer.status == 200, answer
    return records, [float(line) for line in answer.body.split()]


def test_in_its_container_the_model_answers_in_the_type_that_is_asked_for_and_a_mistake_with_4xx(
    container: Container,
) -> None:
    """The container puts its own default in place of an Accept header that is missing or ``*/*``."""
    row, csv_type = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15", {"Content-Type": "text/csv"}
    default, anything, as_csv, as_json, *mistakes = container.answers(
        [
            Request(row, csv_type),
            Request(row, csv_type | {"Accept": "*/*"}),
            Request(row, csv_type | {"Accept": "text/csv"}),
            Request(row, csv_type | {"Accept": "application/json"}),
            Request(f"{row}\n{row.replace('0.514', 'much')}", csv_type),
            Request(row, {}),
            Request(row, csv_type | {"Accept": "image/png"}),
        ]
    )

    assert default == anything == as_csv
    assert (default.status, default.type) == (200, "text/csv; charset=utf-8")
    assert (as_json.status, as_json.type) == (200, "application/json")
    assert json.loads(as_json.body) == {"predictions": [float(as_csv.body)]}
    assert [(each.status, each.type) for each in mistakes] == [
        (status, "text/plain; charset=utf-8") for status in (400, 415, 406)
    ]
    assert mistakes[0].body == "request, line 2, column whole_weight: 'much' is no number"


def test_without_the_packages_variables_the_containers_own_default_is_answered_too(
    container: Container,
) -> None:
    """Whoever makes a model of the archive alone gets JSON, and no error."""
    needed = {
        name: value
        for name, value in container.environment.items()
        if name in {"SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"}
    }
    (answer,) = replace(container, environment=needed).answers(
        [Request("M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15")]
    )

    assert (answer.status, answer.type) == (200, "application/json")


def test_the_registered_model_answers_raw_rows_with_the_predictions_that_were_evaluated(
    training: Training, good: Execution, served: tuple[list[dict[str, str]], list[float]]
) -> None:
    records, answers = served
    errors = [answer - float(record["rings"]) for record, answer in zip(records, answers, strict=True)]

    mse = sum(error**2 for error in errors) / len(errors)
    assert mse == pytest.approx(training.report(good)["mse"]["value"], rel=1e-6)


def test_inference_does_to_a_row_what_training_did(
    training: Training, served: tuple[list[dict[str, str]], list[float]]
) -> None:
    """The booster alone, fed with features made here from the saved figures, gives the same predictions."""
    import numpy as np
    import xgboost

    records, answers = served
    model = training.root / "serving/endpoint/ml/model"
    learned = json.loads((model / "preprocessing.json").read_text())
    columns = ["length", "diameter", "height", "whole", "shucked", "viscera", "shell"]
    long_names = [
        "length",
        "diameter",
        "height",
        "whole_weight",
        "shucked_weight",
        "viscera_weight",
        "shell_weight",
    ]
    features = [
        [float(record["sex"] == sex) for sex in learned["sexes"]]
        + [
            (float(record[short]) - learned["means"][long]) / learned["deviations"][long]
            for short, long in zip(columns, long_names, strict=True)
        ]
        for record in records
    ]
    booster = xgboost.Booster(model_file=model / "model.json")

    predictions = booster.predict(xgboost.DMatrix(np.array(features)))
    np.testing.assert_allclose(answers, predictions, atol=1e-5)


def test_a_model_holds_what_inference_needs_and_no_pickle(training: Training, good: Execution) -> None:
    (container,) = good.registered[0]["InferenceSpecification"]["Containers"]
    with tarfile.open(training.store.path(container["ModelDataUrl"])) as packed:
        files = sorted(member.name for member in packed.getmembers() if member.isfile())

    code = ["code/features.py", "code/inference.py", "code/prediction.py"]
    assert files == [*code, "model.json", "preprocessing.json"]


def test_a_broken_row_fails_the_execution_and_names_the_row(training: Training) -> None:
    broken = training.root / "s3" / BUCKET / "data/broken"
    broken.mkdir()
    (broken / "abalone.csv").write_text("M,0.4,0.3\n")

    failed = training.pipeline.run("broken", {"InputDataUrl": f"s3://{BUCKET}/data/broken"})

    assert failed.failure == (
        "Preprocess: DataError: abalone.csv, line 1: 3 values where 9 are expected "
        "(sex, length, diameter, height, whole_weight, shucked_weight, viscera_weight, shell_weight, rings)"
    )
    assert failed.steps == ["Preprocess"]


def test_missing_data_fails_the_execution(training: Training) -> None:
    failed = training.pipeline.run("nothing", {"InputDataUrl": f"s3://{BUCKET}/data/nothing.csv"})

    assert failed.failure == f"nothing is at s3://{BUCKET}/data/nothing.csv"


def test_a_job_under_network_isolation_has_no_network(tmp_path: Path) -> None:
    """The executions above were isolated; this shows that it means something."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=5)"
        Sandbox(tmp_path).run("open", ["python3", "-c", connect], isolated=False)
        with pytest.raises(JobFailedError, match="Network is unreachable"):
            Sandbox(tmp_path).run("isolated", ["python3", "-c", connect], isolated=True)


def test_a_job_sees_nothing_of_the_callers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    seen = Sandbox(tmp_path).run("job", ["env"], isolated=True)

    assert b"AWS" not in seen
