"""Rows that the model can use, and rows that it cannot. The model's own code decides; here it is a small one."""

import tarfile
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
    (folder / "input/a.csv").write_text("Name,Size\nx, 1.5\n\ny,large\n", encoding="utf-8")
    (folder / "input/b.csv").write_text("z,2\nonly\n", encoding="utf-8")

    told = prepare(folder, max_rejected_share=0.5)

    assert (folder / "rows/rows.csv").read_text() == "x,1.5\nz,2\n"
    assert (folder / "rejected/rejected.csv").read_text().splitlines() == [
        "a.csv,4,could not convert string to float: 'large',y,large",
        "b.csv,2,1 values,only",
    ]
    assert told.startswith("2 rows usable, 2 put aside; the first: a.csv, line 4")


def test_more_rows_put_aside_than_allowed_are_a_failure_that_names_the_first(folder: Path) -> None:
    """Silence about missing predictions would be worse than none."""
    (folder / "input/a.csv").write_text("x,1\ny,large\n", encoding="utf-8")

    with pytest.raises(RowsError, match=r"a\.csv, line 2"):
        prepare(folder, max_rejected_share=0.4)


@pytest.mark.parametrize("text", ["", "name,size\n", "x,large\n"])
def test_nothing_to_predict_is_a_failure(folder: Path, text: str) -> None:
    """Whatever the share that is allowed."""
    (folder / "input/a.csv").write_text(text, encoding="utf-8")

    with pytest.raises(RowsError, match="0 rows usable"):
        prepare(folder, max_rejected_share=1.0)


def test_a_place_without_csv_files_is_a_failure(folder: Path) -> None:
    """The name of the file decides."""
    with pytest.raises(RowsError, match=r"no \.csv file"):
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
