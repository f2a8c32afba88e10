"""Raw rows become the same numbers in training and in inference."""

from pathlib import Path

import numpy as np
import pytest
from abalone.generate_data import generate
from features import COLUMNS, DataError, Preprocessing, decode, read_rows

LINE = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15"


@pytest.mark.parametrize(
    "header",
    [
        ",".join(COLUMNS),
        "Sex,Length,Diameter,Height,Whole weight,Shucked weight,Viscera weight,Shell weight,Rings",
        "SEX, LENGTH, DIAMETER, HEIGHT, WHOLE-WEIGHT, SHUCKED-WEIGHT, VISCERA-WEIGHT, SHELL-WEIGHT, RINGS",
        "\ufeffsex," + ",".join(COLUMNS[1:]),
    ],
)
def test_a_header_line_is_optional_and_may_be_spelt_as_usual(header: str) -> None:
    """The original data set has none, exports of it often do."""
    assert read_rows(f"{header}\n{LINE}\n", COLUMNS) == read_rows(LINE, COLUMNS)


def test_a_header_says_which_column_is_which() -> None:
    """Columns in another order are taken by name, never by place."""
    values = dict(zip(COLUMNS, LINE.split(","), strict=True))
    turned = [*reversed(COLUMNS)]
    text = f"{','.join(turned)}\n{','.join(values[name] for name in turned)}\n"

    assert read_rows(text, COLUMNS) == read_rows(LINE, COLUMNS)


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\n", "\r\n"])
def test_what_spreadsheets_put_in_front_is_no_part_of_the_first_value(mark: str) -> None:
    """Else the sex of the first row would be one that nobody knows."""
    assert read_rows(f"{mark}{LINE}\r\n", COLUMNS) == read_rows(LINE, COLUMNS)


def test_text_in_another_encoding_is_named() -> None:
    """With the line where it begins to differ."""
    with pytest.raises(DataError, match=r"a\.csv, line 2: this is not UTF-8"):
        decode(f"{LINE}\nü".encode("latin-1"), "a.csv")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "input: no rows"),
        ("sex,length\n", "line 1: the header does not fit: no diameter and no height"),
        (
            LINE.replace("15", "").replace("0.15", "") + f"\n{LINE}",
            "line 1, column rings: nothing there",
        ),
        (
            f"{','.join(COLUMNS).replace('length', 'longth')}\n{LINE}",
            "line 1: the header does not fit: 'longth' not known; no length; the columns are sex, length",
        ),
        (f"id,{','.join(COLUMNS)}\n1,{LINE}", "'id' not known"),
        ("a,b,c,d,e,f", "header does not fit: 'a', 'b', 'c' and 3 more not known; no sex and no length"),
        (f"{','.join(['sex', *COLUMNS])}\n", "a column stands there twice"),
        (f"{LINE}\nM,1,2", "line 2: 3 values where 9"),
        (f"{LINE}\n\n{LINE.replace('0.455', 'long')}", "line 3, column length: 'long' is no number"),
        (LINE.replace("0.455", "inf"), "column length: 'inf' is no number"),
        (LINE.replace("0.455", "1_000"), "column length: '1_000' is no number"),
        (LINE.replace("0.455", "\u0661"), "column length: '\u0661' is no number"),
        (LINE.replace("0.455", "1e300"), "column length: '1e300' is too large"),
        (LINE.replace("M", "X"), "column sex: 'X' is none of F, I, M"),
        (LINE.replace("M", "\u200bM"), "column sex: .* is none of F, I, M"),
        (LINE.replace("0.455", "x" * 1000), "column length: 'x{40}…' is no number"),
        (LINE.replace("0.455", "x" * 200_000), "line 1: field larger than field limit"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_line_and_column(text: str, complaint: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(DataError, match=complaint):
        read_rows(text, COLUMNS)


def test_missing_measurements_become_the_median_of_training() -> None:
    """So the scaled value of a missing measurement is that of the median."""
    rows = read_rows("\n".join(LINE.replace("0.455", str(v)) for v in (0.1, 0.2, 0.9)), COLUMNS)
    preprocessing = Preprocessing.fit(rows)

    missing = preprocessing.apply([rows[0] | {"length": ""}])

    np.testing.assert_array_equal(missing, preprocessing.apply([rows[0] | {"length": "0.2"}]))


def test_a_missing_sex_is_none_of_the_known_ones() -> None:
    """As a missing measurement it is no reason to fail."""
    rows = read_rows("\n".join(generate(50, seed=1)), COLUMNS)
    preprocessing = Preprocessing.fit(rows)

    features = preprocessing.apply([rows[0] | {"sex": ""}])

    assert preprocessing.sexes == ["F", "I", "M"]
    assert features[0, :3].tolist() == [0.0, 0.0, 0.0]


def test_preprocessing_survives_being_saved(tmp_path: Path) -> None:
    """To the last bit: JSON writes floats without loss."""
    rows = read_rows("\n".join(generate(50, seed=1)), COLUMNS)
    learned = Preprocessing.fit(rows)
    learned.save(tmp_path)

    np.testing.assert_array_equal(Preprocessing.load(tmp_path).apply(rows), learned.apply(rows))
