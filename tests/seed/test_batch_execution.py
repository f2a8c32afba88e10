"""The batch pipeline, executed: a model that the xgboost seed trained, registered in moto, predicts real files.

moto's model registry stands in for SageMaker's; the script that asks it is the real one. All else runs as in
``test_execution``.
"""

import csv
import io
import json
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_on_loopback import DUMMY_CREDENTIALS, client, start_over
from build_variables import PLAIN, SCORING
from installed_container import xgboost_container
from mlops.local.compilation import Compiled
from mlops.local.definition import Json
from mlops.local.execution import Execution
from mlops.local.pipeline import LocalPipeline
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore
from training import Training

GROUP = PLAIN["MODEL_PACKAGE_GROUP_NAME"]
MODEL_BUCKET = PLAIN["ARTIFACT_BUCKET"]
BUCKET = SCORING["ARTIFACT_BUCKET"]
INPUT = f"s3://{BUCKET}/data/abalone.csv"
MEASUREMENTS = [
    "length",
    "diameter",
    "height",
    "whole_weight",
    "shucked_weight",
    "viscera_weight",
    "shell_weight",
]
PREDICTING = ["SelectModel", "ModelApproved", "Prepare", "EnoughRows", "CreateModel", "Transform"]


@dataclass(frozen=True)
class Registry:
    """moto's model registry with packages of the xgboost seed's making."""

    sagemaker: Any

    def register(self, package: Json, status: str) -> str:
        """Register what a pipeline execution registered, and decide about it; gives the ARN."""
        arn = str(self.sagemaker.create_model_package(**package)["ModelPackageArn"])
        self.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        return arn

    def describe(self, arn: str) -> Json:
        """What SageMaker knows when it makes a model of a package."""
        package: Json = self.sagemaker.describe_model_package(ModelPackageName=arn)
        return package


@dataclass(frozen=True)
class Batch:
    """The batch pipeline with a registry of its own, and buckets that it shares."""

    pipeline: LocalPipeline
    registry: Registry
    store: FolderStore

    def result(self, execution: Execution, file: str) -> list[str]:
        """The lines of a file that an execution wrote."""
        folder = f"s3://{BUCKET}/pipelines/scoring-p-scoring01/executions/{execution.identifier}"
        return self.store.path(f"{folder}/{file}").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def buckets(batch_compiled: dict[str, Compiled], dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts, and rows to predict: those of the data set without the target, the first with a missing value."""
    s3 = tmp_path_factory.mktemp("buckets")
    batch_compiled["all"].upload(FolderStore(s3))
    rows = [line.rpartition(",")[0] for line in dataset.read_text(encoding="utf-8").splitlines()[:100]]
    sex, _, *others = rows[0].split(",")
    rows[0] = ",".join([sex, "", *others])
    (s3 / BUCKET / "data").mkdir(parents=True)
    (s3 / BUCKET / "data/abalone.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return s3


@pytest.fixture(scope="module")
def packages(training: Training, good: Execution, other_seed: Execution, buckets: Path) -> list[Json]:
    """Two models of the xgboost seed, as its pipeline registers them; they predict differently."""
    assert [good.failure, other_seed.failure] == [None, None]
    shutil.copytree(training.root / "s3" / MODEL_BUCKET, buckets / MODEL_BUCKET)
    return [package for run in (good, other_seed) for package in run.registered]


@pytest.fixture
def batch(batch_compiled: dict[str, Compiled], buckets: Path, aws: str, tmp_path: Path) -> Batch:
    """The batch pipeline beside a group without packages."""
    # The registry of one test is none of another's.
    sagemaker = client("sagemaker", start_over(aws))
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    registry = Registry(sagemaker)
    surroundings = Surroundings(
        FolderStore(buckets),
        DUMMY_CREDENTIALS | {"AWS_ENDPOINT_URL": aws},
        describe_package=registry.describe,
        make_server=xgboost_container,
    )
    pipeline = LocalPipeline(batch_compiled["all"].definition, surroundings, tmp_path / "work")
    return Batch(pipeline, registry, FolderStore(buckets))


def own_predictions(package: Json, rows: str, batch: Batch, folder: Path) -> list[float]:
    """What the booster in a package predicts, with features made here from the figures saved at training."""
    import numpy as np
    import xgboost

    (container,) = package["InferenceSpecification"]["Containers"]
    with tarfile.open(batch.store.path(container["ModelDataUrl"])) as packed:
        packed.extractall(folder, filter="data")
    learned = json.loads((folder / "preprocessing.json").read_text())
    features = [
        [float(sex == each) for each in learned["sexes"]]
        + [
            (float(value or learned["medians"][name]) - learned["means"][name]) / learned["deviations"][name]
            for name, value in zip(MEASUREMENTS, measurements, strict=True)
        ]
        for sex, *measurements in csv.reader(io.StringIO(rows))
    ]
    booster = xgboost.Booster(model_file=folder / "model.json")
    return [float(value) for value in booster.predict(xgboost.DMatrix(np.array(features)))]


def test_a_run_with_moto_as_registry_predicts_with_the_latest_approved_of_all_packages(
    batch: Batch, packages: list[Json], tmp_path: Path
) -> None:
    """The newest is rejected, the second newest is pending, and the oldest was approved before the chosen one."""
    first, second = packages
    batch.registry.register(second, "Approved")
    latest = batch.registry.register(first, "Approved")
    batch.registry.register(second, "PendingManualApproval")
    batch.registry.register(second, "Rejected")

    run = batch.pipeline.run("latest")

    assert (run.status, run.failure, run.steps) == ("Succeeded", None, PREDICTING)
    assert run.messages["SelectModel"] == f"Predicting with {latest}."
    rows = batch.store.path(INPUT).read_text(encoding="utf-8")
    results = [line.rpartition(",") for line in batch.result(run, "Transform/rows.csv.out")]
    assert [row for row, _, _ in results] == rows.splitlines()
    answers = [float(prediction) for _, _, prediction in results]
    assert answers == pytest.approx(own_predictions(first, rows, batch, tmp_path / "first"), abs=1e-5)
    assert answers != pytest.approx(own_predictions(second, rows, batch, tmp_path / "second"), abs=1e-2)


def test_a_run_with_moto_as_registry_and_nothing_approved_ends_green_and_says_so(
    batch: Batch, packages: list[Json]
) -> None:
    batch.registry.register(packages[0], "PendingManualApproval")
    batch.registry.register(packages[1], "Rejected")

    run = batch.pipeline.run("nothing")

    assert (run.status, run.failure, run.steps) == ("Succeeded", None, ["SelectModel", "ModelApproved"])
    assert run.messages == {"SelectModel": f"No model of the group {GROUP} is approved yet: nothing was predicted."}


def test_with_moto_as_registry_the_model_is_looked_up_when_the_pipeline_runs(
    batch: Batch, packages: list[Json]
) -> None:
    """The same definition predicts once there is an approval; each run has results of its own."""
    before = batch.pipeline.run("before-approval")
    batch.registry.register(packages[0], "Approved")
    after = batch.pipeline.run("after-approval")

    assert (before.steps, after.steps) == (["SelectModel", "ModelApproved"], PREDICTING)
    assert len(batch.result(after, "Transform/rows.csv.out")) == 100


def test_a_row_that_the_models_preprocessing_refuses_is_put_aside_with_its_reason(
    batch: Batch, packages: list[Json]
) -> None:
    batch.registry.register(packages[0], "Approved")
    good = batch.store.path(INPUT).read_text(encoding="utf-8").splitlines()[1]
    broken = batch.store.path(f"s3://{BUCKET}/data/broken")
    broken.mkdir(exist_ok=True)
    header = ",".join(["sex", *MEASUREMENTS])
    (broken / "a.csv").write_text(f"{header}\n{good}\nM,0.4,0.3\n{good}\nM,long,1,1,1,1,1,1\n", encoding="utf-8")
    parameters = {"InputDataUrl": f"s3://{BUCKET}/data/broken", "MaxRejectedShare": 0.5}

    run = batch.pipeline.run("put-aside", parameters)

    assert run.failure is None
    assert len(batch.result(run, "Transform/rows.csv.out")) == 2
    assert batch.result(run, "Prepare/rejected/rejected.csv") == [
        'a.csv,3,"row, line 1: 3 values where 8 are expected (sex, length, diameter, height, whole_weight, '
        'shucked_weight, viscera_weight, shell_weight)",M,0.4,0.3',
        "a.csv,5,\"row, line 1, column length: 'long' is no number\",M,long,1,1,1,1,1,1",
    ]


def test_too_many_rows_put_aside_fail_the_run_which_says_where_all_of_them_are(
    batch: Batch, packages: list[Json]
) -> None:
    batch.registry.register(packages[0], "Approved")
    bad = batch.store.path(f"s3://{BUCKET}/data/bad")
    bad.mkdir(exist_ok=True)
    (bad / "a.csv").write_text("M,0.4,0.3\n", encoding="utf-8")

    run = batch.pipeline.run("too-many", {"InputDataUrl": f"s3://{BUCKET}/data/bad"})

    assert run.failure is not None
    assert "0 rows usable, 1 put aside (MaxRejectedShare 0.05); the first: a.csv, line 1" in run.failure
    assert run.failure.endswith("/executions/too-many/Prepare/rejected/rejected.csv")
    assert len(batch.result(run, "Prepare/rejected/rejected.csv")) == 1
    assert run.steps == [*PREDICTING[:4], "TooFewRows"]


def test_an_identifier_goes_past_the_model_into_results_and_rejections_of_all_files(
    batch: Batch, packages: list[Json], tmp_path: Path
) -> None:
    batch.registry.register(packages[0], "Approved")
    rows = batch.store.path(INPUT).read_text(encoding="utf-8").splitlines()[:3]
    folder = batch.store.path(f"s3://{BUCKET}/data/with-id")
    (folder / "january").mkdir(parents=True)
    (folder / "a.csv").write_text(
        f"Id,Sex,{','.join(MEASUREMENTS)}\nx1,{rows[0]}\nx2,{rows[1]}\n", encoding="utf-8-sig"
    )
    (folder / "january/b.CSV").write_text(f"y1,M,0.4\ny2,{rows[2]}\n", encoding="utf-8-sig")

    run = batch.pipeline.run(
        "with-id",
        {
            "InputDataUrl": f"s3://{BUCKET}/data/with-id",
            "MaxRejectedShare": 0.5,
            "IdColumns": 1,
            "ResultColumns": "$[0,-1]",
        },
    )

    assert run.failure is None
    results = dict(line.split(",") for line in batch.result(run, "Transform/rows.csv.out"))
    assert list(results) == ["x1", "x2", "y2"]
    expected = own_predictions(packages[0], "\n".join(rows), batch, tmp_path / "model")
    assert [float(value) for value in results.values()] == pytest.approx(expected, abs=1e-5)
    assert [line.split(",")[:2] for line in batch.result(run, "Prepare/rejected/rejected.csv")] == [
        ["january/b.CSV", "1"]
    ]
    assert batch.result(run, "Prepare/rejected/rejected.csv")[0].endswith(",y1,M,0.4")


def test_a_model_outside_the_model_bucket_fails_the_run_with_both_places(batch: Batch, packages: list[Json]) -> None:
    (container,) = packages[0]["InferenceSpecification"]["Containers"]
    elsewhere = {**container, "ModelDataUrl": "s3://elsewhere/model.tar.gz"}
    specification = {**packages[0]["InferenceSpecification"], "Containers": [elsewhere]}
    batch.registry.register({**packages[0], "InferenceSpecification": specification}, "Approved")

    run = batch.pipeline.run("elsewhere")

    assert run.failure is not None
    assert f"s3://elsewhere/model.tar.gz; this project may read s3://{MODEL_BUCKET} only" in run.failure
