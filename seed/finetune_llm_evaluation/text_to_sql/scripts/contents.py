"""What lies in the tables when an answer is checked: the data set's own rows, and several contents made for that.

On one small database many a wrong query gives the right rows by chance. The contents differ in size and in what they
hold, and each holds values at which the right SQL decides one way or the other.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from database import QueryError, insert, quoted
from examples import Example, Rows, Value

_LITERALS = re.compile(r"'((?:[^']|'')*)'|\b(\d+(?:\.\d+)?)\b")
_TEXTUAL = ("CHAR", "TEXT", "CLOB")
_TEMPORAL = ("DATE", "TIME")
_WHOLE = ("INT", "BOOL")
# No number that a question asks about is likely to be among those drawn from here.
_WIDEST = 10_000
_FROM_POOL = 0.75


@dataclass(frozen=True)
class _Character:
    """What sets one content apart.

    Attributes:
        rows: about as many in each table.
        distinct: no number comes twice in a column, so that an order is an order.
        below: numbers only up to so many times the smallest that the SQL names.
        above: numbers only from so many times the largest that the SQL names.
        asked: whether the texts that the SQL names are there.
    """

    rows: int
    distinct: bool = False
    below: float | None = None
    above: float | None = None
    asked: bool = True


_CHARACTERS = (
    _Character(rows=25, distinct=True),
    _Character(rows=60),
    _Character(rows=120),
    _Character(rows=40, below=1),
    _Character(rows=40, below=1.25),
    _Character(rows=40, above=1),
    _Character(rows=30, asked=False),
    _Character(rows=9, distinct=True),
    _Character(rows=80),
)


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    key: bool


def contents(example: Example) -> list[Rows]:
    """The contents that are made for an example, other than its own rows: the same ones for the same example.

    Raises:
        QueryError: the schema is wrong.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.executescript(example.schema)
        tables = _tables(connection)
        return [
            _accepted(connection, tables, _content(example, tables, number, character))
            for number, character in enumerate(_CHARACTERS)
        ]
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise QueryError(f"the schema or the rows: {error}") from error
    finally:
        connection.close()


def _tables(connection: sqlite3.Connection) -> dict[str, list[_Column]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: _columns(connection, name) for (name,) in names if not name.startswith("sqlite_")}


def _accepted(connection: sqlite3.Connection, tables: dict[str, list[_Column]], rows: Rows) -> Rows:
    """The rows that the schema's constraints let in."""
    connection.execute("BEGIN")
    insert(connection, rows, "INSERT OR IGNORE")
    accepted: dict[str, list[list[Value]]] = {}
    for table, columns in tables.items():
        names = ", ".join(quoted(column.name) for column in columns)
        # Names of the schema, quoted.
        found = connection.execute(f"SELECT {names} FROM {quoted(table)}")  # noqa: S608
        accepted[table] = [list(row) for row in found]
    connection.execute("ROLLBACK")
    return accepted


def _columns(connection: sqlite3.Connection, table: str) -> list[_Column]:
    found = connection.execute(f"PRAGMA table_info({quoted(table)})").fetchall()
    keys = sum(bool(column[5]) for column in found)
    return [_Column(column[1], column[2].upper(), bool(column[5]) and keys == 1) for column in found]


def _content(example: Example, tables: dict[str, list[_Column]], number: int, character: _Character) -> Rows:
    # Rows to compare results on, not a secret.
    chance = random.Random(f"{example.schema}\n{example.sql}\n{number}")  # noqa: S311
    draw = _Draw(character, *_literals(example.sql), chance)
    made: dict[str, list[list[Value]]] = {}
    for table, columns in tables.items():
        # Half as many to half as many again: tables of one size would hide which of them was counted.
        count = max(3, round(character.rows * chance.uniform(0.5, 1.5)))
        own = example.rows.get(table, [])
        drawn = [
            draw.values(column, count, [row[index] for row in own if index < len(row)])
            for index, column in enumerate(columns)
        ]
        made[table] = [list(row) for row in zip(*drawn, strict=True)]
    return made


@dataclass(frozen=True)
class _Draw:
    """Draws the values of columns.

    Attributes:
        texts, numbers: which the right SQL names.
    """

    character: _Character
    texts: list[str]
    numbers: list[float]
    chance: random.Random

    def values(self, column: _Column, count: int, seen: Sequence[Value]) -> list[Value]:
        """``count`` values, among them some of those ``seen`` in the data set's own rows."""
        whole = any(word in column.kind for word in _WHOLE)
        if column.key and whole:
            return list(range(1, count + 1))
        if not column.kind or any(word in column.kind for word in (*_TEXTUAL, *_TEMPORAL)):
            return self._texts(column, count, seen)
        drawn = self._numbers(count, seen)
        return [int(value) if value is not None and (whole or value.is_integer()) else value for value in drawn]

    def _texts(self, column: _Column, count: int, seen: Sequence[Value]) -> list[Value]:
        asked: list[Value] = [*self.texts, *(f"{number:g}" for number in self.numbers)]
        # A pattern is met by its letters alone and among others.
        asked += [text.replace("%", around).replace("_", "x") for text in self.texts for around in ("", "x")]
        pool = [*seen, *asked] if self.character.asked else [value for value in seen if value not in asked]
        dated = any(word in column.kind for word in _TEMPORAL)
        return [
            self.chance.choice(pool) if pool and self.chance.random() < _FROM_POOL else self._other(count, dated)
            for _ in range(count)
        ]

    def _other(self, count: int, dated: bool) -> str:
        if not dated:
            return f"value {self.chance.randrange(count)}"
        year, month, day = (self.chance.randint(*span) for span in ((1990, 2030), (1, 12), (1, 28)))
        return f"{year}-{month:02}-{day:02}"

    def _numbers(self, count: int, seen: Sequence[Value]) -> list[float | None]:
        low, high = self._span()
        named = [number + step for number in self.numbers for step in (0, 0, 1, -1)]
        pool: list[float | None] = [float(each) for each in [*seen, *named] if isinstance(each, int | float)]
        pool = [value for value in pool if value is not None and low <= value <= high]
        pool += [None] * sum(value is None for value in seen)
        drawn = [self._number(pool, count, low, high) for _ in range(count)]
        if not self.character.distinct:
            return drawn
        different = list(dict.fromkeys(drawn))
        spare = self.chance.sample(range(_WIDEST, 2 * _WIDEST), count - len(different))
        different += [float(number) for number in spare]
        self.chance.shuffle(different)
        return different

    def _number(self, pool: list[float | None], count: int, low: int, high: int) -> float | None:
        which = self.chance.randrange(3)
        if which == 0 and pool:
            return self.chance.choice(pool)
        # Small numbers meet the keys of other tables; large ones stand out in a sum or at the top.
        top = min(high, low + count) if which == 1 else high
        return float(self.chance.randint(low, top))

    def _span(self) -> tuple[int, int]:
        below, above = self.character.below, self.character.above
        if self.numbers and below is not None:
            return 0, int(below * min(self.numbers))
        if self.numbers and above is not None:
            low = int(above * max(self.numbers))
            return low, low + _WIDEST
        return 0, _WIDEST


def _literals(sql: str) -> tuple[list[str], list[float]]:
    found = _LITERALS.findall(sql)
    texts = [text.replace("''", "'") for text, _ in found if text]
    return texts, [float(number) for _, number in found if number]
