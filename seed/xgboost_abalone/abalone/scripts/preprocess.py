"""Processing job: split the raw rows, learn the preprocessing from the training rows, apply it.

Writes features for training and validation, and raw rows for the test: the evaluation sends them through the
same door as a caller of the deployed model.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from failure import report_failure
from features import COLUMNS, DataError, Matrix, Preprocessing, Row, read_rows, target

TRAIN_SHARE = 0.70
VALIDATION_SHARE = 0.15
SMALLEST_DATASET = 20


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        preprocess(options.folder, options.seed)


def preprocess(folder: Path, seed: int) -> None:
    """Read ``input``, write ``train``, ``validation``, ``test`` and ``preprocessing``."""
    train, validation, test = split(read_folder(folder / "input"), seed)
    preprocessing = Preprocessing.fit(train)
    _output(folder, "preprocessing")
    preprocessing.save(folder / "preprocessing")
    write_features(_output(folder, "train"), preprocessing.apply(train), target(train))
    write_features(_output(folder, "validation"), preprocessing.apply(validation), target(validation))
    write_rows(_output(folder, "test"), test)
    print(f"rows: {len(train)} train, {len(validation)} validation, {len(test)} test")


def read_folder(folder: Path) -> list[Row]:
    """The rows of every CSV file in a folder."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise DataError(f"no .csv file in {folder}")
    return [row for f in files for row in read_rows(f.read_text(encoding="utf-8"), COLUMNS, f.name)]


def split(rows: list[Row], seed: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Train, validation and test rows; the same seed gives the same split."""
    if len(rows) < SMALLEST_DATASET:
        raise DataError(f"{len(rows)} rows; at least {SMALLEST_DATASET} are needed to split them")
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = [rows[index] for index in order]
    train = int(len(rows) * TRAIN_SHARE)
    validation = train + int(len(rows) * VALIDATION_SHARE)
    return shuffled[:train], shuffled[train:validation], shuffled[validation:]


def write_features(folder: Path, features: Matrix, targets: Matrix) -> None:
    """Features and targets, target first, without loss of precision."""
    table = np.column_stack([targets, features])
    np.savetxt(folder / "features.csv", table, delimiter=",", fmt="%.17g")


def write_rows(folder: Path, rows: list[Row]) -> None:
    """Raw rows, as they came."""
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, COLUMNS).writerows(rows)


def _output(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name


if __name__ == "__main__":
    main()
