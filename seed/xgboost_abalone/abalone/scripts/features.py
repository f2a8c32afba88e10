"""What an abalone row looks like, and how it becomes the numbers that XGBoost sees.

The same code runs in preprocessing and in inference. It needs Python 3.10 and NumPy only: that is what the
XGBoost container has.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SEX = "sex"
MEASUREMENTS = (
    "length",
    "diameter",
    "height",
    "whole_weight",
    "shucked_weight",
    "viscera_weight",
    "shell_weight",
)
INPUTS = (SEX, *MEASUREMENTS)
TARGET = "rings"
COLUMNS = (*INPUTS, TARGET)

Row = dict[str, str]
Matrix = NDArray[np.float64]

PREPROCESSING_FILE = "preprocessing.json"
MODEL_FILE = "model.json"


class DataError(ValueError):
    """A row cannot be used; the message says which, and why."""


def read_rows(text: str, columns: tuple[str, ...], source: str = "input") -> list[Row]:
    """Rows of a CSV, with or without a header line.

    Raises:
        DataError: a row has the wrong number of values, or there is no row at all.
    """
    rows = []
    for number, values in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [value.strip() for value in values]
        if not any(cells) or (number == 1 and tuple(cell.lower() for cell in cells) == columns):
            continue
        if len(cells) != len(columns):
            raise DataError(f"{source}, line {number}: {len(cells)} values where {len(columns)} are expected")
        rows.append(dict(zip(columns, cells, strict=True)))
    if not rows:
        raise DataError(f"{source}: no rows")
    return rows


def target(rows: list[Row]) -> Matrix:
    """What the model learns to predict.

    Raises:
        DataError: a row has no usable target.
    """
    values = [_number(row, TARGET) for row in rows]
    if any(np.isnan(values)):
        raise DataError(f"a row has no {TARGET}")
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class Preprocessing:
    """What is learned from the training rows, and only from them."""

    sexes: list[str]
    medians: dict[str, float]
    means: dict[str, float]
    deviations: dict[str, float]

    @classmethod
    def fit(cls, rows: list[Row]) -> Preprocessing:
        """Learn categories, medians for missing values, and scales."""
        columns = {name: _column(rows, name) for name in MEASUREMENTS}
        medians = {name: float(np.nanmedian(values)) for name, values in columns.items()}
        filled = {name: np.where(np.isnan(v), medians[name], v) for name, v in columns.items()}
        return cls(
            sexes=sorted({row[SEX].upper() for row in rows if row[SEX]}),
            medians=medians,
            means={name: float(values.mean()) for name, values in filled.items()},
            # A constant column has no scale; dividing by one leaves it at zero.
            deviations={name: float(values.std()) or 1.0 for name, values in filled.items()},
        )

    def apply(self, rows: list[Row]) -> Matrix:
        """The features of rows: one column per sex seen in training, then the scaled measurements."""
        sexes = [[float(row[SEX].upper() == sex) for sex in self.sexes] for row in rows]
        measurements = [self._scaled(rows, name) for name in MEASUREMENTS]
        return np.hstack([np.array(sexes, dtype=np.float64), np.column_stack(measurements)])

    def _scaled(self, rows: list[Row], name: str) -> Matrix:
        values = _column(rows, name)
        filled = np.where(np.isnan(values), self.medians[name], values)
        scaled: Matrix = (filled - self.means[name]) / self.deviations[name]
        return scaled

    def save(self, folder: Path) -> None:
        """Write as JSON: readable, and independent of any library's version."""
        text = json.dumps(asdict(self), indent=2, sort_keys=True)
        (folder / PREPROCESSING_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Preprocessing:
        """Read what ``save`` wrote."""
        return cls(**json.loads((folder / PREPROCESSING_FILE).read_text(encoding="utf-8")))


def _column(rows: list[Row], name: str) -> Matrix:
    return np.array([_number(row, name) for row in rows], dtype=np.float64)


def _number(row: Row, name: str) -> float:
    text = row[name]
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        raise DataError(f"{name} is {text!r}, which is no number") from None
    if not np.isfinite(value):
        raise DataError(f"{name} is {text!r}, which is no finite number")
    return value
