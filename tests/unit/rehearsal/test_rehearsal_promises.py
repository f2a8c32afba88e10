"""Answers of an endpoint are held against what clients were promised."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest
from sagemaker_templates.rehearsal import language_promises
from sagemaker_templates.rehearsal.abalone_promises import JSON, PROMISES
from sagemaker_templates.rehearsal.containers.known import TGI, VLLM, Answered
from sagemaker_templates.rehearsal.promises import broken, said

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
    return broken([*KEPT[:number], answer, *KEPT[number + 1 :]], PROMISES)


def test_answers_as_promised_are_fine() -> None:
    assert broken(KEPT, PROMISES) == []
    assert said(KEPT, PROMISES) == [(9.5, 10.0)]


def test_every_kind_of_request_is_among_them() -> None:
    assert {each.status for each in PROMISES} == {
        HTTPStatus.OK,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    }
    assert {each.asked.headers.get("Accept") for each in PROMISES} >= {None, "*/*", "text/csv", JSON}


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        (
            "without Accept",
            Answered(500, "text/html", "Internal Server Error"),
            "500 text/html where 200 text/csv is",
        ),
        ("without Accept", Answered(200, JSON, "[9.5, 10.0]"), "200 application/json where 200 text/csv is promised"),
        ("without Accept", Answered(200, "text/csv", "9.5\n"), "'9.5' is no answer of the model to all of it"),
        ("without Accept", Answered(200, "text/csv", "many\nfew\n"), "is no answer of the model to all of it"),
        ("Accept */*", Answered(200, "text/csv", "1\n2\n"), "the same is answered differently"),
        ("nonsense", Answered(200, "text/csv", "1\n2\n"), "200 text/csv where 400 text/plain is promised"),
        ("nonsense", Answered(400, "text/plain", ""), "'' is not a line that says why"),
        (
            "nonsense",
            Answered(400, "text/plain", 'Traceback (most recent call last):\n  File "x"'),
            "is not a line that says why",
        ),
    ],
)
def test_whatever_is_not_as_promised_is_said(name: str, answer: Answered, reason: str) -> None:
    assert any(reason in line for line in told(name, answer))


def _text(body: object) -> Answered:
    return Answered(200, JSON, json.dumps(body))


GENERATED = _text([{"generated_text": "for ships"}])
COMPLETED = _text({"choices": [{"text": " for ships"}]})
REPLIED = _text({"choices": [{"message": {"content": "eight"}}]})


def test_a_language_model_says_the_same_to_the_same_question_in_each_form() -> None:
    of_tgi, of_vllm = language_promises.PROMISES[TGI], language_promises.PROMISES[VLLM]
    answers = [GENERATED, COMPLETED, REPLIED, REPLIED]
    assert broken(answers, of_tgi) == []
    assert said(answers, of_tgi) == [("for ships",), ("eight",)] == said(answers[1:], of_vllm)
    another = _text({"choices": [{"message": {"content": "nine"}}]})
    assert broken([COMPLETED, REPLIED, another], of_vllm) == [
        "the same is answered differently: [('eight',), ('nine',)]"
    ]


@pytest.mark.parametrize("body", [[], {"choices": []}, [{"generated_text": None}], {"error": "no"}])
def test_what_a_language_model_answers_in_another_form_is_no_answer(body: object) -> None:
    wrong = broken([_text(body), COMPLETED, REPLIED, REPLIED], language_promises.PROMISES[TGI])
    assert any(line.startswith("inputs: ") and "is no answer of the model" in line for line in wrong)


def test_a_text_may_have_no_continuation_and_a_conversation_has_a_reply() -> None:
    of_vllm = language_promises.PROMISES[VLLM]
    nothing, silence = _text({"choices": [{"text": ""}]}), _text({"choices": [{"message": {"content": ""}}]})
    assert broken([nothing, REPLIED, REPLIED], of_vllm) == []
    assert len(broken([COMPLETED, silence, silence], of_vllm)) == 2
