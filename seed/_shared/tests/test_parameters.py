"""Parameters as a person writes them are understood, or refused in one line."""

from typing import Any

import pytest
from mlops.parameters import WrongParameterError, typed, unknown, written

DECLARED: dict[str, dict[str, Any]] = {
    "MseThreshold": {"Type": "Float"},
    "RandomSeed": {"Type": "Integer"},
    "InputDataUrl": {"Type": "String"},
    "Fast": {"Type": "Boolean"},
    "Approval": {"Type": "String", "EnumValues": ["Approved", "Rejected"]},
}


def test_values_are_of_the_type_that_the_pipeline_declares() -> None:
    """A value may have an equals sign in it."""
    given = written(
        ["MseThreshold=4.5", "RandomSeed=7", "InputDataUrl=s3://bucket/a=b", "Fast=true", "Approval=Rejected"]
    )

    assert typed(given, DECLARED) == {
        "MseThreshold": 4.5,
        "RandomSeed": 7,
        "InputDataUrl": "s3://bucket/a=b",
        "Fast": True,
        "Approval": "Rejected",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("RandomSeed=4.5", "RandomSeed is '4.5', which is no whole number"),
        ("MseThreshold=low", "MseThreshold is 'low', which is no number"),
        ("Fast=maybe", "Fast is 'maybe', which is neither true nor false"),
        ("Approval=Yes", "Approval is 'Yes'; write one of Approved, Rejected"),
        ("MseTreshold=4", "the pipeline has no parameter MseTreshold; near: MseThreshold"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_line(text: str, line: str) -> None:
    """With what would."""
    with pytest.raises(WrongParameterError) as error:
        typed(written([text]), DECLARED)

    assert str(error.value) == line


def test_names_that_are_like_nothing_are_named_without_a_hint() -> None:
    """All of them in one line."""
    assert unknown(["Xyz", "Abc"], DECLARED) == ["the pipeline has no parameter Abc, Xyz"]
