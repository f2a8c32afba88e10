"""Examples of text to SQL: JSON lines with a schema, a question, the SQL that answers it, and maybe rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Value = str | int | float | None
"""What a cell of a table holds."""

Rows = Mapping[str, list[list[Value]]]
"""Table → its rows, with values in the order of the table's columns."""

# What published data sets call the same things.
_OTHER_NAMES = {"context": "schema", "answer": "sql", "query": "sql"}
_TEXTS = ("schema", "question", "sql")


class DataError(Exception):
    """The data cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Example:
    """One question about one database.

    Attributes:
        schema: the ``CREATE TABLE`` statements, as the model sees them.
        rows: what lies in the tables when an answer is checked; empty where the data set brings none.
    """

    schema: str
    question: str
    sql: str
    rows: Rows = field(default_factory=dict)


def read_folder(folder: Path) -> list[Example]:
    """The examples of every .jsonl file in a folder.

    Raises:
        DataError: there is no such file, or a line is no example.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise DataError(f"no .jsonl file in {folder}")
    return [each for file in files for each in read(file.read_text(encoding="utf-8"), file.name)]


def read(text: str, name: str) -> list[Example]:
    """The examples of a text; empty lines are left out.

    Raises:
        DataError: a line is no example.
    """
    lines = enumerate(text.splitlines(), start=1)
    return [_example(line, f"{name}, line {number}") for number, line in lines if line.strip()]


def write(examples: Iterable[Example], file: Path) -> None:
    """Write examples as JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(asdict(each), ensure_ascii=False) for each in examples)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _example(line: str, where: str) -> Example:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not JSON: {error.msg}") from error
    if not isinstance(raw, dict):
        raise DataError(f"{where}: not a JSON object")
    named: dict[str, Any] = {_OTHER_NAMES.get(str(key), str(key)): value for key, value in raw.items()}
    for key in _TEXTS:
        if not isinstance(named.get(key), str) or not named[key].strip():
            raise DataError(f"{where}: {key} is missing or no text")
    rows = named.get("rows") or {}
    if not _are_rows(rows):
        raise DataError(f"{where}: rows are to be an object of lists of lists, one per table")
    schema, question, sql = (named[key].strip() for key in _TEXTS)
    return Example(schema, question, sql, rows)


def _are_rows(rows: object) -> bool:
    return isinstance(rows, dict) and all(
        isinstance(table, list) and all(isinstance(row, list) for row in table) for table in rows.values()
    )
