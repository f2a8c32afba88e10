"""Processing job: split the raw rows, learn the preprocessing from the training rows, apply it.

Writes features for training and validation, and raw rows for the test: the evaluation sends them through the
same door as a caller of the deployed model.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path

import numpy as np
from failure import report_failure
from features import COLUMNS, DataError, Matrix, Preprocessing, Row, decode, read_rows, target

TRAIN_SHARE = 0.70
VALIDATION_SHARE = 0.15
SMALLEST_DATASET = 20
_SHOWN_FILES = 3


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        preprocess(options.folder, options.seed)


def preprocess(folder: Path, seed: int) -> None:
    """Read ``input``, write ``train``, ``validation``, ``test``, ``preprocessing`` and ``data``."""
    files = read_files(folder / "input")
    rows = read_all(files)
    train, validation, test = split(rows, seed)
    preprocessing = Preprocessing.fit(train)
    preprocessing.save(_output(folder, "preprocessing"))
    write_features(_output(folder, "train"), preprocessing.apply(train), target(train))
    write_features(_output(folder, "validation"), preprocessing.apply(validation), target(validation))
    write_rows(_output(folder, "test"), test)
    # Text, for a model package's metadata holds nothing else.
    described = {"sha256": digest(files), "files": str(len(files)), "rows": str(len(rows))}
    (_output(folder, "data") / "data.json").write_text(json.dumps(described, indent=2), encoding="utf-8")
    print(f"rows: {len(train)} train, {len(validation)} validation, {len(test)} test")


def read_all(files: dict[str, bytes]) -> list[Row]:
    """The rows of all files, in the order of their names."""
    return [row for name, content in sorted(files.items()) for row in read_rows(decode(content, name), COLUMNS, name)]


def digest(files: dict[str, bytes]) -> str:
    """The SHA-256 of a file, as ``sha256sum`` prints it; of several, that of its list of them, sorted by name."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    listed = "".join(f"{each}  {name}\n" for name, each in sorted(hashes.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def read_files(folder: Path) -> dict[str, bytes]:
    """The CSV files by their path in the folder; a name that begins with . or _ is no data (_SUCCESS, .DS_Store).

    Raises:
        DataError: there is none, or something else lies among them: nobody should train on a part without knowing.
    """
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths if not path.name.startswith((".", "_"))}
    others = sorted(name for name, path in names.items() if path.suffix.lower() != ".csv")
    if others:
        raise DataError(f"not a .csv file: {', '.join(others[:_SHOWN_FILES])} ({len(others)} of {len(names)} files)")
    if not names:
        raise DataError(f"no .csv file in {folder}")
    return {name: path.read_bytes() for name, path in names.items()}


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
