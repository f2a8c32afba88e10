"""Examples of text to SQL: JSON lines with a schema, a question, the SQL that answers it, and maybe rows."""

from __future__ import annotations

import hashlib
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
_SHOWN_FILES = 3


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
    """The examples of a folder, in the order of its files' names.

    Raises:
        DataError: there is none, something else lies among them, or a line is no example.
    """
    return read_all(read_files(folder))


def read_files(folder: Path) -> dict[str, bytes]:
    """The .jsonl files by their path in the folder; a name that begins with . or _ is no data (_SUCCESS, .DS_Store).

    Raises:
        DataError: there is none, or something else lies among them: nobody should train on a part without knowing.
    """
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths if not path.name.startswith((".", "_"))}
    others = sorted(name for name, path in names.items() if path.suffix.lower() != ".jsonl")
    if others:
        raise DataError(
            f"not a .jsonl file: {', '.join(others[:_SHOWN_FILES])} ({len(others)} of {len(names)} files)"
        )
    if not names:
        raise DataError(f"no .jsonl file in {folder}")
    return {name: path.read_bytes() for name, path in names.items()}


def read_all(files: Mapping[str, bytes]) -> list[Example]:
    """The examples of all files, in the order of their names.

    Raises:
        DataError: a file is not UTF-8, or a line is no example.
    """
    return [each for name, content in sorted(files.items()) for each in read(_decode(content, name), name)]


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of a file, as ``sha256sum`` prints it; of several, that of its list of them, sorted by name."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    listed = "".join(f"{each}  {name}\n" for name, each in sorted(hashes.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def _decode(content: bytes, name: str) -> str:
    """The text without the mark that some editors put first."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{name}, line {line}: this is not UTF-8; save the file as UTF-8") from None


def read(text: str, name: str) -> list[Example]:
    """The examples of a text; empty lines are left out.

    Raises:
        DataError: a line is no example.
    """
    # No splitlines: a JSON text may hold what Unicode takes for the end of a line.
    lines = enumerate(text.split("\n"), start=1)
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
