"""The scripts that the jobs run, on a little generated data."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from abalone.generate_data import generate
from evaluate import evaluate
from failure import report_failure
from features import DataError
from preprocess import digest, preprocess, read_all, read_files, split
from train import train

HYPERPARAMETERS = {
    "num_round": "30",
    "early_stopping_rounds": "5",
    "max_depth": "4",
    "learning_rate": "0.2",
    "min_child_weight": "2",
    "subsample": "0.8",
    "seed": "1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder with 400 rows of input."""
    (tmp_path / "input").mkdir()
    (tmp_path / "input/abalone.csv").write_text("\n".join(generate(400, seed=3)), encoding="utf-8")
    return tmp_path


def run_all(folder: Path) -> float:
    """Preprocess, train and evaluate; returns the mean squared error."""
    preprocess(folder, seed=1)
    train(folder, folder / "packed", HYPERPARAMETERS)
    (folder / "model").mkdir(exist_ok=True)
    with tarfile.open(folder / "model/model.tar.gz", "w:gz") as archive:
        archive.add(folder / "packed", ".")
    return evaluate(folder)["regression_metrics"]["mse"]["value"]


def test_the_scripts_work_together_and_learn_something(folder: Path) -> None:
    """Better than always predicting the average."""
    run_all(folder)

    report = json.loads((folder / "evaluation/evaluation.json").read_text())["regression_metrics"]
    assert report["r2"]["value"] > 0.3
    assert report["rmse"]["value"] == pytest.approx(report["mse"]["value"] ** 0.5)


def test_the_same_seed_gives_the_same_model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An execution can be repeated."""
    again = tmp_path_factory.mktemp("again")
    shutil.copytree(folder / "input", again / "input")

    assert run_all(folder) == run_all(again)


def test_no_row_is_in_two_parts(folder: Path) -> None:
    """What is tested was not trained on."""
    rows = read_all(read_files(folder / "input"))
    parts = split(rows, seed=1)

    assert sum(len(part) for part in parts) == len(rows)
    assert sorted(id(row) for part in parts for row in part) == sorted(id(row) for row in rows)


def test_too_little_data_is_refused(tmp_path: Path) -> None:
    """A split of a handful of rows says nothing."""
    (tmp_path / "input").mkdir()
    (tmp_path / "input/abalone.csv").write_text("\n".join(generate(5)), encoding="utf-8")

    with pytest.raises(DataError, match="5 rows"):
        preprocess(tmp_path, seed=1)


def test_every_csv_file_below_the_folder_is_read(folder: Path) -> None:
    """However deep it lies, and however its ending is written; marker files are no data."""
    lines = list(generate(6, seed=4))
    (folder / "input/2026/january").mkdir(parents=True)
    (folder / "input/2026/MORE.CSV").write_text("\n".join(lines[:2]), encoding="utf-8-sig")
    (folder / "input/2026/january/more.csv").write_text("\n".join(lines[2:]), encoding="utf-8")
    (folder / "input/_SUCCESS").write_text("", encoding="utf-8")

    rows = read_all(read_files(folder / "input"))

    assert len(rows) == 400 + len(lines)
    assert {row["sex"] for row in rows} == {"F", "I", "M"}


def test_files_that_would_be_passed_over_are_refused_by_name(folder: Path) -> None:
    """A model of a part of the data looks like any other."""
    (folder / "input/more.parquet").write_text("", encoding="utf-8")

    with pytest.raises(DataError, match=r"more\.parquet \(1 of 2 files\)"):
        read_files(folder / "input")


def test_what_was_read_is_named_by_its_hash_which_anybody_can_compute(folder: Path) -> None:
    """Of one file as sha256sum prints it; the name is no part of it."""
    preprocess(folder, seed=1)

    assert json.loads((folder / "data/data.json").read_text()) == {
        "sha256": hashlib.sha256((folder / "input/abalone.csv").read_bytes()).hexdigest(),
        "files": "1",
        "rows": "400",
    }


def test_the_hash_of_several_files_is_that_of_the_list_which_sha256sum_prints(folder: Path) -> None:
    """``find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum``."""
    (folder / "input/2026").mkdir()
    (folder / "input/2026/more.csv").write_text("\n".join(generate(2)), encoding="utf-8")
    script = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    printed = subprocess.run(["bash", "-c", script], cwd=folder / "input", capture_output=True, text=True, check=True)

    assert digest(read_files(folder / "input")) == printed.stdout.split()[0]


def test_a_failing_job_leaves_its_reason_where_sagemaker_looks(tmp_path: Path) -> None:
    """The reason, short enough to be shown."""
    with pytest.raises(ValueError, match="bad"), report_failure("failure", tmp_path / "output"):
        raise ValueError("bad row " + "x" * 5000)

    reason = (tmp_path / "output/failure").read_text()
    assert reason.startswith("ValueError: bad row")
    assert len(reason) == 1024
