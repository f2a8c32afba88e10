"""A rule matches the event it is written for and no other; what cannot be judged is not guessed."""

from typing import Any

import pytest
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.matching import PatternNotRehearsed, matches

PLACE = Place("111111111111", "us-east-1")
EVENT = PLACE.pushed("abalone-build", "0123abcd")
PATTERN: dict[str, Any] = {
    "source": ["aws.codecommit"],
    "resources": ["arn:aws:codecommit:us-east-1:111111111111:abalone-build"],
    "detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceName": ["main"]},
}


def test_a_push_matches_the_pattern_of_its_repository() -> None:
    assert matches(PATTERN, EVENT)


@pytest.mark.parametrize(
    "other",
    [
        {"source": ["aws.s3"]},
        {"resources": ["arn:aws:codecommit:us-east-1:111111111111:another"]},
        {"detail": {"referenceName": ["develop"]}},
        {"detail": {"author": ["somebody"]}},
        {"detail": {"referenceName": {"deeper": ["main"]}}},
    ],
)
def test_another_event_does_not(other: dict[str, Any]) -> None:
    assert not matches(PATTERN | other, EVENT)


@pytest.mark.parametrize("unknown", [{"source": [{"prefix": "aws."}]}, {"$or": [{"source": ["aws.s3"]}]}])
def test_a_filter_that_is_not_known_is_refused_though_something_else_differs(unknown: dict[str, Any]) -> None:
    with pytest.raises(PatternNotRehearsed):
        matches({"account": ["222222222222"], **unknown}, EVENT)


def test_a_number_is_not_a_truth_value() -> None:
    assert not matches({"detail": {"count": [1]}}, {"detail": {"count": True}})
