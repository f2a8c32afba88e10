"""Processing job: let the model's own preprocessing decide which rows it can use, and put the others aside.

The preprocessing learned in training lies in the model, with the code that applies it. It is asked here, row by row,
so that one broken row does not stop a whole file; the model applies it again when it predicts.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from message import report_failure, tell

Cells = list[str]
# Raises a ValueError for a row that the model cannot use.
Check = Callable[[Cells], None]


class RowsError(ValueError):
    """There is nothing to predict, or too little of it is usable."""


class Rejected(NamedTuple):
    """A row put aside."""

    file: str
    line: int
    reason: str
    row: Cells


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-rejected-share", type=float, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure():
        tell(prepare(options.folder, options.max_rejected_share))


def prepare(folder: Path, max_rejected_share: float) -> str:
    """Read ``input`` and ``model``, write ``rows/rows.csv`` and ``rejected/rejected.csv``; tell how many of each.

    Raises:
        RowsError: no row is usable, or more than the share were put aside.
    """
    with tempfile.TemporaryDirectory() as unpacked:
        features = _model_code(folder / "model", Path(unpacked))
        usable, rejected = split(folder / "input", features.INPUTS, _check(features, Path(unpacked)))
    _write(folder / "rows/rows.csv", usable)
    _write(folder / "rejected/rejected.csv", [[r.file, str(r.line), r.reason, *r.row] for r in rejected])
    summary = f"{len(usable)} rows usable, {len(rejected)} put aside"
    if rejected:
        summary += f"; the first: {rejected[0].file}, line {rejected[0].line}: {rejected[0].reason}"
    if not usable or len(rejected) > max_rejected_share * (len(usable) + len(rejected)):
        raise RowsError(f"{summary}; MaxRejectedShare is {max_rejected_share}")
    return summary


def split(folder: Path, columns: tuple[str, ...], check: Check) -> tuple[list[Cells], list[Rejected]]:
    """The rows of every CSV file that the model can use, and those that it cannot."""
    usable: list[Cells] = []
    rejected: list[Rejected] = []
    for file, line, cells in _records(folder, columns):
        try:
            check(cells)
        except ValueError as error:
            rejected.append(Rejected(file, line, str(error), cells))
        else:
            usable.append(cells)
    return usable, rejected


def _records(folder: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, int, Cells]]:
    """The rows with their file and line, without headers and empty lines."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise RowsError(f"no .csv file in {folder}")
    for path in files:
        with path.open(newline="", encoding="utf-8") as opened:
            reader = csv.reader(opened)
            for cells in reader:
                row = [cell.strip() for cell in cells]
                header = reader.line_num == 1 and tuple(cell.lower() for cell in row) == columns
                if any(row) and not header:
                    yield path.name, reader.line_num, row


def _model_code(model: Path, unpacked: Path) -> ModuleType:
    """The preprocessing module that was packed with the model, not one of this repository."""
    with tarfile.open(model / "model.tar.gz") as packed:
        packed.extractall(unpacked, filter="data")
    sys.path.insert(0, str(unpacked / "code"))
    sys.modules.pop("features", None)
    try:
        return importlib.import_module("features")
    finally:
        sys.path.remove(str(unpacked / "code"))


def _check(features: ModuleType, model: Path) -> Check:
    learned = features.Preprocessing.load(model)

    def check(cells: Cells) -> None:
        text = io.StringIO()
        csv.writer(text).writerow(cells)
        learned.apply(features.read_rows(text.getvalue(), features.INPUTS, "row"))

    return check


def _write(file: Path, rows: list[Cells]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
