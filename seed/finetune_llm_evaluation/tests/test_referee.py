"""Whatever a model writes as SQL, the job goes on: no query holds it, fills its memory or ends it."""

import subprocess
import sys
import time
from collections.abc import Iterator

import database
import pytest
import referee
from database import QueryError
from examples import Example
from referee import Referee

SCHEMA = "CREATE TABLE pets (name TEXT, age INTEGER)"
HOW_MANY = Example(SCHEMA, "How many pets are there?", "SELECT COUNT(*) FROM pets", {"pets": [["Ada", 3]]})
# One search takes seconds, and SQLite asks whether to go on after a thousand instructions.
SEARCHES = "SELECT " + " + ".join(["instr(hex(zeroblob(499000)), hex(zeroblob(200000)) || '1')"] * 90)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
HUGE_SORT = f"{ENDLESS} SELECT zeroblob(900000 + i) FROM n ORDER BY 1"  # noqa: S608


@pytest.fixture
def impatient() -> Iterator[Referee]:
    """A referee that waits for half a second."""
    with Referee(seconds=0.5) as waiting:
        yield waiting


@pytest.fixture
def patient() -> Iterator[Referee]:
    """A referee as jobs have it."""
    with Referee() as waiting:
        yield waiting


def test_it_scores_as_scoring_does(patient: Referee) -> None:
    assert patient.score(HOW_MANY, "SELECT COUNT(*) FROM pets").execution
    assert not patient.score(HOW_MANY, "SELECT 1").execution
    assert patient.can_be_scored(HOW_MANY)


def test_a_query_that_no_step_limit_stops_is_ended_after_its_time_and_is_wrong(impatient: Referee) -> None:
    started = time.monotonic()
    scored = impatient.score(HOW_MANY, SEARCHES)

    assert (scored.execution, scored.problem) == (False, "took longer than 0.5 seconds")
    assert time.monotonic() - started < 5


def test_after_a_runaway_query_the_next_one_is_scored(patient: Referee, impatient: Referee) -> None:
    impatient.score(HOW_MANY, SEARCHES)
    impatient._seconds = 60

    assert impatient.score(HOW_MANY, HOW_MANY.sql) == patient.score(HOW_MANY, HOW_MANY.sql)


def test_an_example_that_takes_too_long_is_left_out(impatient: Referee) -> None:
    assert not impatient.can_be_scored(Example(SCHEMA, "How long?", SEARCHES, HOW_MANY.rows))


def test_a_sort_that_would_fill_the_memory_is_wrong_and_the_job_goes_on(patient: Referee) -> None:
    scored = patient.score(HOW_MANY, HUGE_SORT)

    assert not scored.execution
    assert scored.problem
    assert patient.score(HOW_MANY, HOW_MANY.sql).execution


def test_a_process_that_is_gone_is_replaced(patient: Referee) -> None:
    patient.score(HOW_MANY, HOW_MANY.sql)
    assert patient._process is not None
    patient._process.kill()
    patient._process.wait()

    assert patient.score(HOW_MANY, HOW_MANY.sql).execution


def test_an_answer_that_ends_the_process_is_wrong(patient: Referee, monkeypatch: pytest.MonkeyPatch) -> None:
    fragile = [sys.executable, "-c", "input()"]
    monkeypatch.setattr(
        referee, "_started", lambda: subprocess.Popen(fragile, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    )

    scored = patient.score(HOW_MANY, HOW_MANY.sql)

    assert (scored.execution, scored.problem) == (False, "ended the process that ran it")


def test_an_example_whose_own_sql_fails_is_an_error_and_no_score(patient: Referee) -> None:
    with pytest.raises(QueryError, match="no such table: cats"):
        patient.score(Example(SCHEMA, "How many?", "SELECT * FROM cats", HOW_MANY.rows), "SELECT 1")


def test_no_process_is_left_behind() -> None:
    with Referee() as waiting:
        waiting.can_be_scored(HOW_MANY)
        assert waiting._process is not None
        process = waiting._process

    assert process.returncode is not None


def test_an_endless_query_ends_by_the_clock_where_the_steps_would_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "STEP_LIMIT", 10**12)
    monkeypatch.setattr(database, "QUERY_SECONDS", 0.1)
    started = time.monotonic()

    with database.database(SCHEMA, {}) as connection, pytest.raises(QueryError, match="interrupted"):
        database.run(connection, f"{ENDLESS} SELECT COUNT(*) FROM n")  # noqa: S608

    assert time.monotonic() - started < 5
