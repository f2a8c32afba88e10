"""A small SQLite database per example, in which SQL that a model wrote can do nothing but read, and not for long."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from examples import Example, Rows, Value

STEP_LIMIT = 2_000_000
"""Instructions of SQLite's virtual machine that one query may take: well under a second."""

ROW_LIMIT = 10_000
"""Rows that one query may return."""

_STEPS_BETWEEN_CHECKS = 1_000
_LONGEST_VALUE = 1_000_000
_FILLED_ROWS = 12
# Reading only: no write, no ATTACH, no PRAGMA, no transaction (https://www.sqlite.org/c3ref/c_alter_table.html).
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_LITERALS = re.compile(r"'((?:[^']|'')*)'|\b(\d+(?:\.\d+)?)\b")

Result = list[tuple[Value, ...]]


class QueryError(Exception):
    """A query cannot be run, or takes too much; the message says why."""


@contextmanager
def database(example: Example) -> Iterator[sqlite3.Connection]:
    """The example's tables with its rows, open for reading only.

    Raises:
        QueryError: the schema or the rows are wrong.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _limit(connection)
        try:
            connection.executescript(example.schema)
            _insert(connection, example.rows or _invented_rows(connection, example))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise QueryError(f"the schema or the rows: {error}") from error
        connection.set_authorizer(_authorize)
        yield connection
    finally:
        connection.close()


def run(connection: sqlite3.Connection, sql: str) -> Result:
    """The rows that a query gives.

    Raises:
        QueryError: it is no single reading query, takes more steps than STEP_LIMIT, or gives more rows
            than ROW_LIMIT.
    """
    _count_steps(connection)
    try:
        result: Result = connection.execute(sql).fetchmany(ROW_LIMIT + 1)
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError, OverflowError) as error:
        raise QueryError(str(error)) from error
    if len(result) > ROW_LIMIT:
        raise QueryError(f"more than {ROW_LIMIT} rows")
    return result


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _limit(connection: sqlite3.Connection) -> None:
    """No value, and so no text that a query puts together, may take more than a megabyte."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    _count_steps(connection)


def _count_steps(connection: sqlite3.Connection) -> None:
    checks = iter(range(STEP_LIMIT // _STEPS_BETWEEN_CHECKS))
    # A true answer interrupts what is running.
    connection.set_progress_handler(lambda: next(checks, None) is None, _STEPS_BETWEEN_CHECKS)


def _insert(connection: sqlite3.Connection, rows: Rows) -> None:
    for table, values in rows.items():
        for row in values:
            places = ",".join("?" * len(row))
            # The name is quoted, and comes from the data set, not from a model.
            connection.execute(f"INSERT INTO {_quoted(table)} VALUES ({places})", row)  # noqa: S608


def _invented_rows(connection: sqlite3.Connection, example: Example) -> Rows:
    """Rows for a data set that has none: the same ones for the same example.

    They hold the values that the right SQL asks for, so that its result is rarely empty.
    """
    # Rows to compare results on, not a secret.
    chance = random.Random(example.schema + example.sql)  # noqa: S311
    texts, numbers = _literals(example.sql)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        table: [
            [_value(kind, index, chance, texts, numbers) for kind in _column_types(connection, table)]
            for index in range(_FILLED_ROWS)
        ]
        for (table,) in tables
    }


def _column_types(connection: sqlite3.Connection, table: str) -> list[str]:
    return [column[2].upper() for column in connection.execute(f"PRAGMA table_info({_quoted(table)})")]


def _value(kind: str, index: int, chance: random.Random, texts: list[str], numbers: list[float]) -> Value:
    if any(word in kind for word in ("CHAR", "TEXT", "CLOB", "DATE", "TIME")) or not kind:
        return chance.choice([*texts, *(str(number) for number in numbers), f"value {index}"])
    drawn = chance.choice([*numbers, *(number + 1 for number in numbers), float(index), float(index * 10)])
    return int(drawn) if drawn.is_integer() else drawn


def _literals(sql: str) -> tuple[list[str], list[float]]:
    found = _LITERALS.findall(sql)
    texts = [text.replace("''", "'") for text, _ in found if text]
    return texts, [float(number) for _, number in found if number]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
