"""Whether SQL answers a question: by what it gives when it is executed, and by its text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from database import QueryError, Result, database, run
from examples import Example, Value

_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
_QUOTED = re.compile(r"('(?:[^']|'')*')")
_DIGITS = 9


@dataclass(frozen=True)
class Score:
    """How good one answer is.

    Attributes:
        execution: it gives the rows that the right SQL gives.
        exact: it is the right SQL, spaces and case outside of quotes aside.
        problem: why it could not be executed, or None.
    """

    execution: bool
    exact: bool
    problem: str | None = None


def score(example: Example, answer: str) -> Score:
    """Compare an answer with the example's SQL on the example's database.

    Raises:
        QueryError: the example's own SQL cannot be executed.
    """
    exact = canonical(answer) == canonical(example.sql)
    with database(example) as connection:
        expected = run(connection, example.sql)
        try:
            given = run(connection, answer)
        except QueryError as error:
            return Score(execution=False, exact=exact, problem=str(error))
    ordered = bool(_ORDERED.search(example.sql))
    return Score(execution=same_rows(expected, given, ordered=ordered), exact=exact)


def can_be_scored(example: Example) -> bool:
    """Whether the right SQL runs and gives something; where it gives nothing, many a wrong query does as well."""
    try:
        with database(example) as connection:
            rows = run(connection, example.sql)
    except QueryError:
        return False
    return any(value is not None for row in rows for value in row)


def same_rows(expected: Result, given: Result, *, ordered: bool) -> bool:
    """Whether two results are equal, in any order unless ``ordered``; names of columns do not count."""
    left, right = ([tuple(_comparable(value) for value in row) for row in rows] for rows in (expected, given))
    return left == right if ordered else Counter(left) == Counter(right)


def canonical(sql: str) -> str:
    """SQL with one space between words, in lower case outside of quotes, without a semicolon at its end."""
    parts = _QUOTED.split(sql.strip().rstrip(";"))
    plain = [" ".join(part.lower().split()) if index % 2 == 0 else part for index, part in enumerate(parts)]
    return " ".join(part for part in plain if part)


def _comparable(value: Value) -> Value:
    """Sums of the same numbers in another order differ in their last digits."""
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
