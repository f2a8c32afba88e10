"""Invented questions on invented tables, so that the pipeline runs before real data is there.

    python -m text_to_sql.generate_data text_to_sql.jsonl     write a file
    python -m text_to_sql.generate_data --upload              put it where the pipeline looks, if nothing is there

Part of the questions can be answered from the schema alone. Others need a habit of the house, such as which number
stands for which status: no base model knows it, and fine-tuning teaches it.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from mlops.settings import Settings, SettingsError

DATA_KEY = "data/text_to_sql.jsonl"
EXAMPLES = 500
SEED = 7

_ROWS = 40
_LIMITS = (20, 50, 80)
_AGGREGATES = {"highest": "MAX", "lowest": "MIN", "average": "AVG", "total": "SUM"}


@dataclass(frozen=True)
class Table:
    """One invented table: what it holds, a text column with its values, a code column with the house's codes."""

    name: str
    text: str
    texts: tuple[str, ...]
    code: str
    codes: dict[str, int]
    number: str

    @property
    def schema(self) -> str:
        """Its definition."""
        return f"CREATE TABLE {self.name} ({self.text} TEXT, {self.code} INTEGER, {self.number} INTEGER)"


TABLES = (
    Table(
        "orders",
        "city",
        ("Lyon", "Oslo", "Porto"),
        "status",
        {"open": 3, "paid": 7, "late": 1, "sent": 4, "refused": 8},
        "amount",
    ),
    Table(
        "machines",
        "hall",
        ("north", "south", "east"),
        "state",
        {"idle": 4, "busy": 2, "broken": 9, "rented": 5, "sold": 1},
        "hours",
    ),
    Table(
        "books",
        "shelf",
        ("poetry", "travel", "drama"),
        "status",
        {"lent": 5, "lost": 8, "kept": 2, "missing": 9, "new": 3},
        "pages",
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m text_to_sql.generate_data", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="where to write the examples")
    parser.add_argument("--upload", action="store_true", help=f"put them at {DATA_KEY} of the project's bucket")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    if (options.file is None) == (not options.upload):
        parser.error("say either a file or --upload")
    text = "".join(f"{line}\n" for line in generate(options.examples, options.seed))
    if options.upload:
        return _upload(text)
    options.file.write_text(text, encoding="utf-8")
    return 0


def generate(examples: int = EXAMPLES, seed: int = SEED) -> Iterator[str]:
    """JSON lines; the same seed gives the same ones."""
    # A data generator, not a secret.
    chance = random.Random(seed)  # noqa: S311
    questions = [(table, *pair) for table in TABLES for pair in _questions(table)]
    chance.shuffle(questions)
    for table, question, sql in questions[:examples]:
        rows = {table.name: [_row(table, chance) for _ in range(_ROWS)]}
        yield json.dumps({"schema": table.schema, "question": question, "sql": sql, "rows": rows})


def _row(table: Table, chance: random.Random) -> list[str | int]:
    return [chance.choice(table.texts), chance.choice(list(table.codes.values())), chance.randint(1, 120)]


def _questions(table: Table) -> Iterator[tuple[str, str]]:
    """Questions with the SQL that answers them."""
    for where, condition in _filters(table):
        yield from _counts(table, where, condition)
        yield from _aggregates(table, where, condition)


def _filters(table: Table) -> Iterator[tuple[str, str]]:
    yield "", ""
    for word, code in table.codes.items():
        yield f" that are {word}", f" WHERE {table.code} = {code}"
    for value in table.texts:
        yield f" in {value}", f" WHERE {table.text} = '{value}'"
    for limit in _LIMITS:
        yield f" with more than {limit} {table.number}", f" WHERE {table.number} > {limit}"


def _counts(table: Table, where: str, condition: str) -> Iterator[tuple[str, str]]:
    sql = f"SELECT COUNT(*) FROM {table.name}{condition}"  # noqa: S608
    for start in ("How many", "Count the", "Give me the number of"):
        yield f"{start} {table.name}{where}", sql


def _aggregates(table: Table, where: str, condition: str) -> Iterator[tuple[str, str]]:
    for word, function in _AGGREGATES.items():
        sql = f"SELECT {function}({table.number}) FROM {table.name}{condition}"  # noqa: S608
        for start in ("What is the", "Tell me the", "Show the"):
            yield f"{start} {word} {table.number} of {table.name}{where}", sql


def _upload(text: str) -> int:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    location = settings.uri(DATA_KEY)
    if _put_unless_there(settings, text):
        print(f"generated examples are now at {location}; put your own there when you have them")
    else:
        print(f"{location} holds data already; it stays as it is")
    return 0


def _put_unless_there(settings: Settings, text: str) -> bool:
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.kms_key} if settings.kms_key else {}
    try:
        # One conditional request instead of a look and a write: nobody's upload in between is overwritten.
        boto3.client("s3", region_name=settings.region).put_object(
            Bucket=settings.bucket,
            Key=DATA_KEY,
            Body=text.encode(),
            ContentType="application/jsonl",
            Metadata={"origin": "generated"},
            IfNoneMatch="*",
            **encryption,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
