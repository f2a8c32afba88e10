"""What an SDK asks for twice in one call is done once; whatever else looks alike is done each time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sagemaker_templates.emulator.repetition import Repetitions

LONGEST_WAIT_SECONDS = 30
"""Only a test that fails waits so long."""


def _counting() -> Callable[[], int]:
    """Gives 1, 2, 3 …: how often it was carried out."""
    numbers = iter(range(1, 1000))
    return lambda: next(numbers)


def _attempt(call: str, number: int) -> dict[str, str]:
    return {"HTTP_AMZ_SDK_INVOCATION_ID": call, "HTTP_AMZ_SDK_REQUEST": f"attempt={number}; max=3"}


def test_a_second_attempt_gets_the_reply_of_the_first() -> None:
    repetitions, carry_out = Repetitions[int](), _counting()
    assert [repetitions.once(_attempt("a", number), carry_out) for number in (1, 2, 3)] == [1, 1, 1]


def test_another_call_and_one_without_an_id_are_carried_out() -> None:
    repetitions, carry_out = Repetitions[int](), _counting()
    requests: list[dict[str, str]] = [_attempt("a", 1), _attempt("b", 1), {}, {}]
    assert [repetitions.once(request, carry_out) for request in requests] == [1, 2, 3, 4]


def test_what_only_reads_is_read_again() -> None:
    repetitions, carry_out = Repetitions[int](), _counting()
    reading = {**_attempt("a", 1), "REQUEST_METHOD": "GET"}
    assert [repetitions.once(reading, carry_out) for _ in range(2)] == [1, 2]


def test_a_second_attempt_waits_for_a_first_that_is_under_way() -> None:
    repetitions = Repetitions[str]()
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert may_end.wait(LONGEST_WAIT_SECONDS)
        return "first"

    with ThreadPoolExecutor() as pool:
        first = pool.submit(repetitions.once, _attempt("a", 1), slow)
        assert begun.wait(LONGEST_WAIT_SECONDS)
        second = pool.submit(repetitions.once, _attempt("a", 2), lambda: "second")
        assert not second.done()
        may_end.set()
        assert (first.result(), second.result()) == ("first", "first")


def test_an_attempt_that_failed_here_is_carried_out_again() -> None:
    repetitions = Repetitions[int]()

    def failing() -> int:
        raise ValueError("no reply")

    with pytest.raises(ValueError, match="no reply"):
        repetitions.once(_attempt("a", 1), failing)
    assert repetitions.once(_attempt("a", 2), lambda: 2) == 2


def test_only_the_latest_replies_are_remembered() -> None:
    repetitions, carry_out = Repetitions[int](kept=2), _counting()
    for call in "abc":
        repetitions.once(_attempt(call, 1), carry_out)
    assert repetitions.once(_attempt("c", 2), carry_out) == 3
    assert repetitions.once(_attempt("a", 2), carry_out) == 4
