"""A small SQLite database, in which SQL that a model wrote can do nothing but read, and not for long."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from examples import Rows, Value

STEP_LIMIT = 10_000_000
"""Instructions of SQLite's virtual machine that one query may take: about a second."""

QUERY_SECONDS = 5.0
"""Wall-clock time that one query may take, however few instructions that are."""

ROW_LIMIT = 10_000
"""Rows that one query may return."""

_STEPS_BETWEEN_CHECKS = 1_000
_LONGEST_VALUE = 1_000_000
# Reading only: no write, no ATTACH, no PRAGMA, no transaction (https://www.sqlite.org/c3ref/c_alter_table.html).
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})

Result = list[tuple[Value, ...]]


class QueryError(Exception):
    """A query cannot be run, or takes too much; the message says why."""


@contextmanager
def database(schema: str, rows: Rows) -> Iterator[sqlite3.Connection]:
    """Tables with rows, open for reading only.

    Raises:
        QueryError: the schema or the rows are wrong.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _limit(connection)
        try:
            connection.executescript(schema)
            insert(connection, rows)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise QueryError(f"the schema or the rows: {error}") from error
        connection.set_authorizer(_authorize)
        yield connection
    finally:
        connection.close()


def run(connection: sqlite3.Connection, sql: str) -> Result:
    """The rows that a query gives.

    Nothing interrupts a function, and a search in long text takes seconds: a thousand of them lie between two checks.
    Whoever runs SQL of a model does so in a process that can be ended (referee.py).

    Raises:
        QueryError: it is no single reading query, takes more steps than STEP_LIMIT or more time than QUERY_SECONDS,
            or gives more rows than ROW_LIMIT.
    """
    _count_steps(connection)
    try:
        result: Result = connection.execute(sql).fetchmany(ROW_LIMIT + 1)
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError, OverflowError) as error:
        raise QueryError(str(error) or type(error).__name__) from error
    if len(result) > ROW_LIMIT:
        raise QueryError(f"more than {ROW_LIMIT} rows")
    return result


def insert(connection: sqlite3.Connection, rows: Rows, how: str = "INSERT") -> None:
    """Put rows into tables, with a value for every column.

    Raises:
        sqlite3.Error: they do not fit.
    """
    for table, values in rows.items():
        if values:
            places = ",".join("?" * len(values[0]))
            # The name is quoted, and comes from the data set, not from a model.
            connection.executemany(f"{how} INTO {quoted(table)} VALUES ({places})", values)


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _limit(connection: sqlite3.Connection) -> None:
    """No value may take more than a megabyte, and nothing that is sorted fills a disk instead of the memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.execute("PRAGMA temp_store = MEMORY")
    _count_steps(connection)


def _count_steps(connection: sqlite3.Connection) -> None:
    checks = iter(range(STEP_LIMIT // _STEPS_BETWEEN_CHECKS))
    end = time.monotonic() + QUERY_SECONDS
    # A true answer interrupts what is running.
    connection.set_progress_handler(
        lambda: next(checks, None) is None or time.monotonic() > end, _STEPS_BETWEEN_CHECKS
    )
