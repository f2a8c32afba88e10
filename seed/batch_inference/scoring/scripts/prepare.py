"""Processing job: let the model's own preprocessing decide which rows it can use, and put the others aside.

The preprocessing learned in training lies in the model, with the code that applies it. It is asked here, row by row,
so that one broken row does not stop a whole file; the model applies it again when it predicts.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import re
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from message import report_failure, tell

Cells = list[str]
# Raises a ValueError for a row that the model cannot use.
Check = Callable[[Cells], None]

SUMMARY_FILE = "summary.json"
# What spreadsheets put in front of UTF-8 is left out of the first value.
_ENCODING = "utf-8-sig"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SHOWN_FILES = 3
_SHOWN_REASON = 300


class RowsError(ValueError):
    """The input is not what can be read: the message says which file, and why."""


class Rejected(NamedTuple):
    """A row put aside."""

    file: str
    line: int
    reason: str
    row: Cells


class Layout(NamedTuple):
    """What a row consists of.

    Attributes:
        identifiers: how many columns stand in front that the model does not see, such as a customer's number.
        columns: those that the model takes, in its order.
    """

    identifiers: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """What became of the rows.

    Attributes:
        enough: whether as many are usable as were asked for, and at least one.
        text: the same for a person.
    """

    enough: bool
    usable: int
    rejected: int
    text: str

    @classmethod
    def of(cls, usable: int, rejected: list[Rejected], max_rejected_share: float) -> Summary:
        """The verdict."""
        total = usable + len(rejected)
        text = f"{usable} rows usable, {len(rejected)} put aside (MaxRejectedShare {max_rejected_share:g})"
        if rejected:
            first = rejected[0]
            text += f"; the first: {first.file}, line {first.line}: {first.reason[:_SHOWN_REASON]}"
        enough = usable > 0 and len(rejected) <= max_rejected_share * total
        return cls(enough, usable, len(rejected), text)


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-rejected-share", type=float, required=True)
    parser.add_argument("--id-columns", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure():
        tell(prepare(options.folder, options.max_rejected_share, options.id_columns).text)


def prepare(folder: Path, max_rejected_share: float, identifiers: int = 0) -> Summary:
    """Read ``input`` and ``model``; write ``rows/rows.csv``, ``rejected/rejected.csv`` and ``rejected/summary.json``.

    Too few usable rows are no failure of this job: SageMaker keeps nothing of what a failed job wrote, and the rows
    put aside are what a person then needs. The pipeline reads the summary, and fails with it.

    Raises:
        RowsError: a file cannot be read, its header does not fit, or the number of identifiers makes no sense.
    """
    if identifiers < 0:
        raise RowsError(
            f"IdColumns is {identifiers}; write how many columns in front the model is not to see, 0 for none"
        )
    with tempfile.TemporaryDirectory() as unpacked:
        features = _model_code(folder / "model", Path(unpacked))
        layout = Layout(identifiers, features.INPUTS)
        usable, rejected = split(folder / "input", layout, _check(features, Path(unpacked)))
    _write(folder / "rows/rows.csv", usable)
    _write(folder / "rejected/rejected.csv", [[r.file, str(r.line), r.reason, *r.row] for r in rejected])
    summary = Summary.of(len(usable), rejected, max_rejected_share)
    (folder / "rejected" / SUMMARY_FILE).write_text(json.dumps(asdict(summary), indent=2), encoding="utf-8")
    return summary


def split(folder: Path, layout: Layout, check: Check) -> tuple[list[Cells], list[Rejected]]:
    """The rows of every CSV file that the model can use, and those that it cannot."""
    usable: list[Cells] = []
    rejected: list[Rejected] = []
    for file, line, cells in _records(folder, layout):
        try:
            _refuse_line_breaks(cells)
            check(cells[layout.identifiers :])
        except ValueError as error:
            rejected.append(Rejected(file, line, str(error), cells))
        else:
            usable.append(cells)
    return usable, rejected


def _refuse_line_breaks(cells: Cells) -> None:
    """The batch transform takes each line of the file for a row, quoted or not."""
    if any("\n" in cell or "\r" in cell for cell in cells):
        raise ValueError("a value has a line break")


def _records(folder: Path, layout: Layout) -> Iterator[tuple[str, int, Cells]]:
    """The rows with their file and line, without headers and empty lines."""
    for name, path in sorted(_files(folder).items()):
        first = True
        for line, row in _lines(name, path):
            if first and _is_header(row[layout.identifiers :]):
                _check_header(row, layout, f"{name}, line {line}")
            else:
                yield name, line, row
            first = False


def _files(folder: Path) -> dict[str, Path]:
    """The CSV files of a folder and those below it; a name that begins with . or _ is no data (_SUCCESS, .DS_Store).

    Raises:
        RowsError: there is none, or something else lies among them, which nobody would miss in the results.
    """
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths if not path.name.startswith((".", "_"))}
    others = sorted(name for name, path in names.items() if path.suffix.lower() != ".csv")
    if others:
        raise RowsError(f"not a .csv file: {', '.join(others[:_SHOWN_FILES])} ({len(others)} of {len(names)} files)")
    if not names:
        raise RowsError(f"no .csv file in {folder}")
    return names


def _lines(name: str, path: Path) -> Iterator[tuple[int, Cells]]:
    """The lines that are not empty, with their numbers."""
    with path.open(newline="", encoding=_ENCODING) as opened:
        reader = csv.reader(opened)
        try:
            for cells in reader:
                row = [cell.strip() for cell in cells]
                if any(row):
                    yield reader.line_num, row
        except UnicodeDecodeError:
            raise RowsError(f"{name}, after line {reader.line_num}: not UTF-8; save the file as UTF-8") from None
        except csv.Error as error:
            raise RowsError(f"{name}, line {reader.line_num}: {error}") from None


def _is_header(cells: Cells) -> bool:
    """Whether these are names: no number, and no empty place."""
    return bool(cells) and all(cells) and not any(_NUMBER.fullmatch(cell) for cell in cells)


def _check_header(row: Cells, layout: Layout, place: str) -> None:
    """Names may be spelt in other ways (Whole weight, WHOLE-WEIGHT); the model knows columns by their place only.

    Raises:
        RowsError: they are others, or in another order.
    """
    names = tuple(re.sub(r"\W+", "_", cell).strip("_").lower() for cell in row[layout.identifiers :])
    if names != layout.columns:
        before = (
            f"after {layout.identifiers} columns that it does not see (IdColumns), " if layout.identifiers else ""
        )
        raise RowsError(
            f"{place}: the header is {','.join(row)[:_SHOWN_REASON]}; the model takes, {before}"
            f"{','.join(layout.columns)} in this order"
        )


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
