"""Serving: raw CSV rows in, predicted rings out, one per line.

The XGBoost container calls these four functions. The preprocessing is the one learned in training; it lies
beside the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xgboost as xgb
from features import INPUTS, MODEL_FILE, Matrix, Preprocessing, Row, read_rows
from numpy.typing import NDArray

CSV = "text/csv"


class Model(NamedTuple):
    """What one prediction needs."""

    preprocessing: Preprocessing
    booster: xgb.Booster


def model_fn(model_dir: str) -> Model:
    """Load the model that training wrote."""
    booster = xgb.Booster()
    booster.load_model(Path(model_dir) / MODEL_FILE)
    return Model(Preprocessing.load(Path(model_dir)), booster)


def input_fn(body: bytes | str, content_type: str) -> list[Row]:
    """Raw rows without the target, as in the data set: sex, then the measurements."""
    if content_type.partition(";")[0].strip().lower() != CSV:
        raise ValueError(f"content type {content_type} is not supported; send {CSV}")
    text = body if isinstance(body, str) else body.decode("utf-8")
    return read_rows(text, INPUTS, "request")


def predict_fn(rows: list[Row], model: Model) -> Matrix:
    """The predicted number of rings of each row."""
    features = xgb.DMatrix(model.preprocessing.apply(rows))
    predictions: NDArray[np.float32] = model.booster.predict(features)
    return predictions.astype(np.float64)


def output_fn(predictions: Matrix, accept: str) -> bytes:
    """One prediction per line, whatever of CSV or "anything" the caller accepts."""
    if accept.partition(";")[0].strip().lower() not in {CSV, "*/*", ""}:
        raise ValueError(f"accept type {accept} is not supported; ask for {CSV}")
    return "".join(f"{value:.6f}\n" for value in predictions).encode()
