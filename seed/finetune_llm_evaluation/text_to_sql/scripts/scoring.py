"""Whether SQL answers a question: by what it gives when it is executed, and by its text."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache

from contents import contents
from database import QueryError, Result, database, run
from examples import Example, Rows, Value

_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
_QUOTED = re.compile(r"('(?:[^']|'')*')")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")
_DIGITS = 9
_ARRANGEMENTS = 5


@dataclass(frozen=True)
class Score:
    """How good one answer is.

    Attributes:
        execution: on every content of the database it gives the rows that the right SQL gives.
        exact: it is the right SQL, spaces and case outside of quotes aside.
        problem: why it could not be executed, or None.
    """

    execution: bool
    exact: bool
    problem: str | None = None


@dataclass(frozen=True)
class _Case:
    """One content of the database, and what the right SQL gives there."""

    rows: Rows
    own: bool
    expected: Result


def score(example: Example, answer: str) -> Score:
    """Compare an answer with the example's SQL on every content of the example's database.

    Raises:
        QueryError: the example's own SQL cannot be executed.
    """
    exact = canonical(answer) == canonical(example.sql)
    ordered = bool(_ORDERED.search(example.sql))
    for case in _cases(example):
        with database(example.schema, case.rows) as connection:
            try:
                given = run(connection, answer)
            except QueryError as error:
                return Score(execution=False, exact=exact, problem=str(error))
        if not same_rows(case.expected, given, ordered=ordered):
            return Score(execution=False, exact=exact)
    return Score(execution=True, exact=exact)


def can_be_scored(example: Example) -> bool:
    """Whether the right SQL runs and gives something; where it gives nothing, many a wrong query does as well.

    Of an example with rows of its own it has to give something on those.
    """
    try:
        return any(
            value is not None
            for case in _each_case(example)
            if case.own or not example.rows
            for row in case.expected
            for value in row
        )
    except QueryError:
        return False


def _cases(example: Example) -> tuple[_Case, ...]:
    """The example's own rows, if it has any, and each content that tells right from wrong.

    Raises:
        QueryError: the example's SQL cannot be executed on its own rows, or nowhere.
    """
    return _prepared(json.dumps(asdict(example)))


@lru_cache(maxsize=1)
def _prepared(text: str) -> tuple[_Case, ...]:
    """As ``_cases``, for an example as JSON; kept, since several answers to one example are scored in a row."""
    return tuple(_each_case(Example(**json.loads(text))))


def _each_case(example: Example) -> Iterator[_Case]:
    if example.rows:
        with database(example.schema, example.rows) as connection:
            yield _Case(example.rows, own=True, expected=run(connection, example.sql))
    problem: QueryError | None = None
    usable = bool(example.rows)
    for rows in contents(example):
        try:
            expected = _decided(example, rows)
        except QueryError as error:
            # More rows may be more than the limits allow.
            problem = error
            continue
        if expected is not None:
            usable = True
            yield _Case(rows, own=False, expected=expected)
    if not usable:
        raise problem or QueryError("what the SQL gives depends on the order of the rows")


def _decided(example: Example, rows: Rows) -> Result | None:
    """What the right SQL gives, or None where that depends on the order in which the rows lie there.

    Of two rows of equal rank either may come first; a right answer need not choose as the right SQL does.
    """
    ordered = bool(_ORDERED.search(example.sql))
    # Arrangements that can be repeated, not a secret.
    chance = random.Random(example.sql)  # noqa: S311
    first: Result | None = None
    for number in range(_ARRANGEMENTS):
        arranged = {table: chance.sample(values, len(values)) if number else values for table, values in rows.items()}
        with database(example.schema, arranged) as connection:
            result = run(connection, example.sql)
        first = result if first is None else first
        if not same_rows(first, result, ordered=ordered):
            return None
    return first


def same_rows(expected: Result, given: Result, *, ordered: bool) -> bool:
    """Whether two results are equal, in any order unless ``ordered``; names of columns do not count."""
    left, right = ([tuple(_comparable(value) for value in row) for row in rows] for rows in (expected, given))
    return left == right if ordered else Counter(left) == Counter(right)


def canonical(sql: str) -> str:
    """SQL with one space between words, in lower case outside of quotes, without a semicolon at its end."""
    parts = _QUOTED.split(sql.strip().rstrip(";"))
    plain = [" ".join(part.lower().split()) if index % 2 == 0 else part for index, part in enumerate(parts)]
    return " ".join(part for part in plain if part)


def template(sql: str) -> str:
    """SQL with a question mark for each value: what queries have in common that differ in their values only."""
    return _LIST.sub("?", _NUMBER.sub("?", _QUOTED.sub("?", canonical(sql))))


def _comparable(value: Value) -> Value:
    """Sums of the same numbers in another order differ in their last digits."""
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
