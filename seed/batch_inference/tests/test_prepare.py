"""Rows that the model can use, and rows that it cannot. The model's own code decides; here it is a small one."""

import json
import tarfile
from dataclasses import asdict
from pathlib import Path

import pytest
from message import report_failure, tell
from prepare import RowsError, prepare

FEATURES = """
INPUTS = ("name", "size")


class Preprocessing:
    @classmethod
    def load(cls, folder):
        assert (folder / "preprocessing.json").exists()
        return cls()

    def apply(self, rows):
        return [float(row["size"]) for row in rows]


def read_rows(text, columns, source):
    (cells,) = [line.split(",") for line in text.strip().splitlines()]
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} values")
    return [dict(zip(columns, cells))]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder with a packed model and no rows yet."""
    packed = tmp_path / "packed"
    (packed / "code").mkdir(parents=True)
    (packed / "code/features.py").write_text(FEATURES, encoding="utf-8")
    (packed / "preprocessing.json").write_text("{}", encoding="utf-8")
    (tmp_path / "input").mkdir()
    (tmp_path / "model").mkdir()
    with tarfile.open(tmp_path / "model/model.tar.gz", "w:gz") as archive:
        archive.add(packed, ".")
    return tmp_path


def test_usable_rows_of_all_files_are_kept_in_order_and_others_put_aside(folder: Path) -> None:
    """Headers and empty lines are no rows; blanks around a value are no part of it."""
    (folder / "input/b").mkdir()
    (folder / "input/a.csv").write_text("Name,Size\nx, 1.5\n\ny,large\n", encoding="utf-8-sig")
    (folder / "input/b/c.CSV").write_text("z,2\nonly\n", encoding="utf-8-sig")
    (folder / "input/_SUCCESS").write_text("", encoding="utf-8")

    summary = prepare(folder, max_rejected_share=0.5)

    assert (folder / "rows/rows.csv").read_text() == "x,1.5\nz,2\n"
    assert (folder / "rejected/rejected.csv").read_text().splitlines() == [
        "a.csv,4,could not convert string to float: 'large',y,large",
        "b/c.CSV,2,1 values,only",
    ]
    assert (summary.enough, summary.usable, summary.rejected) == (True, 2, 2)
    assert "2 put aside (MaxRejectedShare 0.5); the first: a.csv, line 4" in summary.text
    assert json.loads((folder / "rejected/summary.json").read_text()) == asdict(summary)


def test_columns_in_front_that_the_model_does_not_see_are_passed_through(folder: Path) -> None:
    """Whatever their names are; they stand with the rows put aside, too."""
    (folder / "input/a.csv").write_text(
        'Customer,Since,Name,Size\n7,2020,x,1.5\n"8,b",,y,large\n"9\nc",,y,1\n', encoding="utf-8"
    )

    summary = prepare(folder, max_rejected_share=0.9, identifiers=2)

    assert (folder / "rows/rows.csv").read_text() == "7,2020,x,1.5\n"
    assert (folder / "rejected/rejected.csv").read_text().split("\n", 1) == [
        "a.csv,3,could not convert string to float: 'large',\"8,b\",,y,large",
        'a.csv,5,a value has a line break,"9\nc",,y,1\n',
    ]
    assert (summary.usable, summary.rejected) == (1, 2)


def test_less_than_no_identifier_is_refused(folder: Path) -> None:
    """A place counted from the end would hide columns from the model."""
    (folder / "input/a.csv").write_text("x,1\n", encoding="utf-8")

    with pytest.raises(RowsError, match="IdColumns is -1"):
        prepare(folder, max_rejected_share=1.0, identifiers=-1)


@pytest.mark.parametrize(
    ("text", "share"),
    [("x,1\ny,large\n", 0.4), ("", 1.0), ("name,size\n", 1.0), ("name,size\nx,large\n", 1.0)],
)
def test_too_few_usable_rows_are_told_and_what_was_put_aside_is_written(
    folder: Path, text: str, share: float
) -> None:
    """The job ends well, for SageMaker keeps nothing of a failed one; the pipeline fails by what it reads here."""
    (folder / "input/a.csv").write_text(text, encoding="utf-8")

    summary = prepare(folder, max_rejected_share=share)

    assert not summary.enough
    assert json.loads((folder / "rejected/summary.json").read_text())["enough"] is False
    assert len((folder / "rejected/rejected.csv").read_text().splitlines()) == text.count("large")


@pytest.mark.parametrize("header", ["size,name", "name,weight", "id,name,size", "name"])
def test_a_header_that_does_not_fit_is_a_failure_that_names_the_columns(folder: Path, header: str) -> None:
    """The model knows columns by their place: in another order it would predict other numbers."""
    (folder / "input/a.csv").write_text(f"{header}\nx,1\n", encoding="utf-8")

    with pytest.raises(RowsError, match=f"a.csv, line 1: the header is {header}; the model takes, name,size in this"):
        prepare(folder, max_rejected_share=1.0)


def test_a_place_without_csv_files_is_a_failure(folder: Path) -> None:
    """The name of the file decides."""
    with pytest.raises(RowsError, match=r"no \.csv file"):
        prepare(folder, max_rejected_share=1.0)


def test_files_that_would_be_passed_over_are_refused_by_name(folder: Path) -> None:
    """Nobody would miss their rows among the results."""
    (folder / "input/a.csv").write_text("x,1\n", encoding="utf-8")
    (folder / "input/more.csv.gz").write_bytes(b"")

    with pytest.raises(RowsError, match=r"more\.csv\.gz \(1 of 2 files\)"):
        prepare(folder, max_rejected_share=1.0)


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    """With the line after which it begins to differ."""
    (folder / "input/a.csv").write_bytes("x,1\nü,2\n".encode("latin-1"))

    with pytest.raises(RowsError, match=r"a\.csv, after line \d: not UTF-8"):
        prepare(folder, max_rejected_share=1.0)


def test_what_a_job_tells_is_where_sagemaker_looks_and_short_enough(tmp_path: Path) -> None:
    """Of a failure, the reason."""
    tell("nothing was predicted", tmp_path / "good")
    with pytest.raises(ValueError, match="bad"), report_failure(tmp_path / "bad"):
        raise ValueError("bad " + "x" * 5000)

    assert (tmp_path / "good/message").read_text() == "nothing was predicted"
    reason = (tmp_path / "bad/message").read_text()
    assert reason.startswith("ValueError: bad x")
    assert len(reason) == 1024
