"""Answers to requests: raw CSV rows in, predicted rings out, as CSV or JSON.

The preprocessing is the one learned in training; it lies beside the model. A request that cannot be answered gets a
4xx status and a line that says why: 5xx means that the model is at fault, which rolls a release back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xgboost as xgb
from features import INPUTS, MODEL_FILE, DataError, Matrix, Preprocessing, decode, read_rows
from numpy.typing import NDArray

CSV = "text/csv"
JSON = "application/json"
TEXT = "text/plain"
# What each range of an Accept header gets.
_ANSWERS = {CSV: CSV, "text/*": CSV, JSON: JSON, "application/*": JSON, "*/*": CSV, "": CSV}


class Model(NamedTuple):
    """What one prediction needs."""

    preprocessing: Preprocessing
    booster: xgb.Booster


class Answer(NamedTuple):
    """What goes back to a caller."""

    status: HTTPStatus
    media_type: str
    text: str


def load(folder: Path) -> Model:
    """The model that training wrote."""
    booster = xgb.Booster()
    booster.load_model(folder / MODEL_FILE)
    return Model(Preprocessing.load(folder), booster)


def answer(model: Model, body: bytes | str, content_type: str, accept: str) -> Answer:
    """Predict the rows of a request: sex, then the measurements, without the target.

    Args:
        body: CSV, with or without a header.
        content_type: must be CSV.
        accept: as in the HTTP header: CSV gives one number per line, JSON ``{"predictions": [...]}``.
    """
    if _media_type(content_type) != CSV:
        return Answer(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, TEXT, f"the content type {content_type!r} is not known; send {CSV}"
        )
    media_type = next((_ANSWERS[each] for each in _accepted(accept) if each in _ANSWERS), None)
    if media_type is None:
        return Answer(HTTPStatus.NOT_ACCEPTABLE, TEXT, f"{accept!r} cannot be answered; accept {CSV} or {JSON}")
    try:
        rows = read_rows(body if isinstance(body, str) else decode(body, "request"), INPUTS, "request")
    except DataError as error:
        return Answer(HTTPStatus.BAD_REQUEST, TEXT, str(error))
    return Answer(HTTPStatus.OK, media_type, _written(predict(model, model.preprocessing.apply(rows)), media_type))


def predict(model: Model, features: Matrix) -> Matrix:
    """The predicted number of rings of each row of features."""
    predictions: NDArray[np.float32] = model.booster.predict(xgb.DMatrix(features))
    return predictions.astype(np.float64)


def _written(predictions: Matrix, media_type: str) -> str:
    if media_type == JSON:
        return json.dumps({"predictions": [round(float(value), 6) for value in predictions]})
    return "".join(f"{value:.6f}\n" for value in predictions)


def _media_type(header: str) -> str:
    """Without the parameters, such as a character set."""
    return header.partition(";")[0].strip().lower()


def _accepted(header: str) -> Iterator[str]:
    """The ranges of an Accept header, the most wanted first, without those of weight 0 (RFC 9110, 12.5.1)."""
    weighted = [(_weight(each), _media_type(each)) for each in header.split(",")]
    ordered = sorted(weighted, key=lambda each: each[0], reverse=True)
    return (media_range for weight, media_range in ordered if weight)


def _weight(media_range: str) -> float:
    parameters = [each.strip().lower() for each in media_range.split(";")[1:]]
    given = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 1.0
