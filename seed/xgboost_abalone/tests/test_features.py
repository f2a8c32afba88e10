"""Raw rows become the same numbers in training and in inference."""

from pathlib import Path

import numpy as np
import pytest
from abalone.generate_data import generate
from features import COLUMNS, DataError, Preprocessing, read_rows, target

LINE = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15"


def test_a_header_line_is_optional() -> None:
    """The original data set has none, exports of it often do."""
    header = ",".join(COLUMNS)

    assert read_rows(f"{header}\n{LINE}\n", COLUMNS) == read_rows(LINE, COLUMNS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no rows"),
        (f"{LINE}\nM,1,2", "line 2: 3 values where 9"),
        (LINE.replace("0.455", "long"), "length is 'long'"),
        (LINE.replace("0.455", "inf"), "no finite number"),
        (LINE.removesuffix("15"), "no rings"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(text: str, complaint: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(DataError, match=complaint):
        rows = read_rows(text, COLUMNS)
        target(rows)
        Preprocessing.fit(rows)


def test_missing_measurements_become_the_median_of_training() -> None:
    """So the scaled value of a missing measurement is that of the median."""
    rows = read_rows("\n".join(LINE.replace("0.455", str(v)) for v in (0.1, 0.2, 0.9)), COLUMNS)
    preprocessing = Preprocessing.fit(rows)

    missing = preprocessing.apply([rows[0] | {"length": ""}])

    np.testing.assert_array_equal(missing, preprocessing.apply([rows[0] | {"length": "0.2"}]))


def test_a_sex_unknown_to_training_is_none_of_the_known_ones() -> None:
    """A new category in production is no reason to fail."""
    rows = read_rows("\n".join(generate(50, seed=1)), COLUMNS)
    preprocessing = Preprocessing.fit(rows)

    features = preprocessing.apply([rows[0] | {"sex": "X"}])

    assert preprocessing.sexes == ["F", "I", "M"]
    assert features[0, :3].tolist() == [0.0, 0.0, 0.0]


def test_preprocessing_survives_being_saved(tmp_path: Path) -> None:
    """To the last bit: JSON writes floats without loss."""
    rows = read_rows("\n".join(generate(50, seed=1)), COLUMNS)
    learned = Preprocessing.fit(rows)
    learned.save(tmp_path)

    np.testing.assert_array_equal(Preprocessing.load(tmp_path).apply(rows), learned.apply(rows))
