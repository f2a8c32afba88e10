"""What an abalone row looks like, and how it becomes the numbers that XGBoost sees.

The same code runs in preprocessing and in inference. It needs Python 3.10 and NumPy only. The XGBoost container has
pandas and scikit-learn, too; a model that is saved with them is tied to their versions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
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

SEXES = frozenset({"F", "I", "M"})
"""Female, infant, male. Anything else is a mistake: read as a missing value it would silently give another number."""

Row = dict[str, str]
Matrix = NDArray[np.float64]

PREPROCESSING_FILE = "preprocessing.json"
MODEL_FILE = "model.json"

# Not all that Python's float() takes: no "1_000", no "nan", no digits of other scripts.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# No abalone comes near it, and XGBoost's 32-bit numbers end far above it.
_LARGEST = 1e6
# What spreadsheets put in front of UTF-8.
_BYTE_ORDER_MARK = "\ufeff"
_SHOWN = 40
_SHOWN_NAMES = 3


class DataError(ValueError):
    """Input cannot be used; the message says where it stands, and why."""


def decode(content: bytes, source: str) -> str:
    """The text of a file or request.

    Raises:
        DataError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{source}, line {line}: this is not UTF-8; save the file as UTF-8") from None


def read_rows(text: str, columns: tuple[str, ...], source: str = "input") -> list[Row]:
    """Rows of a CSV, with or without a header line; a header may have the columns in any order.

    Raises:
        DataError: a row or the header cannot be used, or there is no row at all.
    """
    order = columns
    rows = []
    first = True
    for line, cells in _records(text.removeprefix(_BYTE_ORDER_MARK), source):
        if first and is_header(cells):
            order = _order(cells, columns, f"{source}, line {line}")
        else:
            rows.append(_row(cells, order, f"{source}, line {line}"))
        first = False
    if not rows:
        raise DataError(f"{source}: no rows")
    return rows


def is_header(cells: list[str]) -> bool:
    """Whether a line names columns: it has no number and no empty place."""
    return all(cells) and not any(_NUMBER.fullmatch(cell) for cell in cells)


def _records(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for values in reader:
            cells = [value.strip() for value in values]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(f"{source}, line {reader.line_num}: {error}") from None


def _order(header: list[str], columns: tuple[str, ...], place: str) -> tuple[str, ...]:
    """The columns in the order of a header, whose spelling may differ: Whole weight, whole-weight, WHOLE_WEIGHT."""
    names = tuple(re.sub(r"\W+", "_", cell.strip("\"'")).strip("_").lower() for cell in header)
    if sorted(names) == sorted(columns):
        return names
    unknown = [_shown(cell) for cell, name in zip(header, names, strict=True) if name not in columns]
    missing = [column for column in columns if column not in names]
    more = f" and {len(unknown) - _SHOWN_NAMES} more" if len(unknown) > _SHOWN_NAMES else ""
    wrong = [f"{', '.join(unknown[:_SHOWN_NAMES])}{more} not known"] if unknown else []
    lacking = [f"no {' and no '.join(missing)}"] if missing else []
    found = "; ".join([*wrong, *lacking]) or "a column stands there twice"
    raise DataError(f"{place}: the header does not fit: {found}; the columns are {', '.join(columns)}")


def _row(cells: list[str], columns: tuple[str, ...], place: str) -> Row:
    if len(cells) != len(columns):
        raise DataError(f"{place}: {len(cells)} values where {len(columns)} are expected ({', '.join(columns)})")
    row = dict(zip(columns, cells, strict=True))
    for name, cell in row.items():
        reason = _wrong(name, cell)
        if reason:
            raise DataError(f"{place}, column {name}: {reason}")
    return row


def _wrong(name: str, cell: str) -> str | None:
    """What is wrong with a value; nothing with a missing one, except for the target."""
    if not cell:
        return "nothing there" if name == TARGET else None
    if name == SEX:
        return None if cell.upper() in SEXES else f"{_shown(cell)} is none of {', '.join(sorted(SEXES))}"
    if not _NUMBER.fullmatch(cell):
        return f"{_shown(cell)} is no number"
    return None if abs(float(cell)) <= _LARGEST else f"{_shown(cell)} is too large"


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")


def target(rows: list[Row]) -> Matrix:
    """What the model learns to predict."""
    return _column(rows, TARGET)


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
    return np.array([float(row[name] or "nan") for row in rows], dtype=np.float64)
