"""Answers of an endpoint are held against what clients were promised."""

from dataclasses import replace
from http import HTTPStatus

import pytest
from sagemaker_templates.rehearsal.containers.known import Answered
from sagemaker_templates.rehearsal.promises import JSON, PROMISES, broken, predicted

GOOD = {
    JSON: Answered(200, JSON, '{"predictions": [9.5, 10.0]}'),
    "text/csv": Answered(200, "text/csv; charset=utf-8", "9.500000\n10.000000\n"),
    "text/plain": Answered(0, "text/plain; charset=utf-8", "request, line 1: 2 values where 8 are expected"),
}
KEPT = [replace(GOOD[each.type], status=each.status.value) for each in PROMISES]
NUMBERS = {promise.name: number for number, promise in enumerate(PROMISES)}


def told(name: str, answer: Answered) -> list[str]:
    """What is said when one request gets another answer than it was promised."""
    number = NUMBERS[name]
    return broken([*KEPT[:number], answer, *KEPT[number + 1 :]])


def test_answers_as_promised_are_fine() -> None:
    assert broken(KEPT) == []
    assert predicted(KEPT) == [9.5, 10.0]


def test_every_kind_of_request_is_among_them() -> None:
    assert {each.status for each in PROMISES} == {
        HTTPStatus.OK,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    }
    assert {each.asked.headers.get("Accept") for each in PROMISES} >= {None, "*/*", "text/csv", JSON}


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        (
            "without Accept",
            Answered(500, "text/html", "Internal Server Error"),
            "500 text/html where 200 text/csv is",
        ),
        ("without Accept", Answered(200, JSON, "[9.5, 10.0]"), "200 application/json where 200 text/csv is promised"),
        ("without Accept", Answered(200, "text/csv", "9.5\n"), "'9.5' is no prediction of each row"),
        ("without Accept", Answered(200, "text/csv", "many\nfew\n"), "is no prediction of each row"),
        ("Accept */*", Answered(200, "text/csv", "1\n2\n"), "the same rows are answered differently"),
        ("nonsense", Answered(200, "text/csv", "1\n2\n"), "200 text/csv where 400 text/plain is promised"),
        ("nonsense", Answered(400, "text/plain", ""), "'' is not a line that says why"),
        (
            "nonsense",
            Answered(400, "text/plain", 'Traceback (most recent call last):\n  File "x"'),
            "is not a line that says why",
        ),
    ],
)
def test_whatever_is_not_as_promised_is_said(name: str, answer: Answered, said: str) -> None:
    assert any(said in line for line in told(name, answer))
