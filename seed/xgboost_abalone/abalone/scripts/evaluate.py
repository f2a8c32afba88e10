"""Processing job: send the test rows through the packed model, as a caller would, and measure the answers."""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import sys
import tarfile
import tempfile
from http import HTTPStatus
from pathlib import Path
from types import ModuleType

import numpy as np
from failure import report_failure
from features import COLUMNS, INPUTS, Matrix, Row, read_rows, target

Report = dict[str, dict[str, dict[str, float]]]


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        evaluate(options.folder)


def evaluate(folder: Path) -> Report:
    """Read ``model`` and ``test``, write ``evaluation/evaluation.json``."""
    rows = read_rows((folder / "test/rows.csv").read_text(encoding="utf-8"), COLUMNS, "test rows")
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(folder / "model/model.tar.gz") as packed:
            packed.extractall(unpacked, filter="data")
        predictions = predict(Path(unpacked), rows)
    result = report(target(rows), predictions)
    (folder / "evaluation").mkdir(parents=True, exist_ok=True)
    (folder / "evaluation/evaluation.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    print(json.dumps(result))
    return result


def predict(model: Path, rows: list[Row]) -> Matrix:
    """Predictions of the packed model by its own code, through the door that callers use.

    Raises:
        ValueError: the model refuses the rows.
    """
    prediction = _packed_code(model / "code")
    request = io.StringIO()
    csv.DictWriter(request, INPUTS, extrasaction="ignore").writerows(rows)
    answer = prediction.answer(prediction.load(model), request.getvalue(), prediction.CSV, prediction.CSV)
    if answer.status != HTTPStatus.OK:
        raise ValueError(f"the model refuses the test rows: {answer.text}")
    return np.array(answer.text.split(), dtype=np.float64)


def report(truth: Matrix, predictions: Matrix) -> Report:
    """The figures, in the layout that SageMaker's model registry shows."""
    errors = predictions - truth
    squared, absolute = errors**2, np.abs(errors)
    variance = float(np.var(truth))
    figures = {
        "mse": (float(squared.mean()), float(squared.std())),
        "rmse": (float(np.sqrt(squared.mean())), 0.0),
        "mae": (float(absolute.mean()), float(absolute.std())),
        "r2": (1.0 - float(squared.mean()) / variance if variance else 0.0, 0.0),
    }
    metrics = {name: {"value": value, "standard_deviation": spread} for name, (value, spread) in figures.items()}
    return {"regression_metrics": metrics}


def _packed_code(code: Path) -> ModuleType:
    """The packed scripts, not the ones beside this file: what is measured is what will be served."""
    sys.path.insert(0, str(code))
    for name in ("prediction", "features"):
        sys.modules.pop(name, None)
    try:
        return importlib.import_module("prediction")
    finally:
        sys.path.remove(str(code))


if __name__ == "__main__":
    main()
