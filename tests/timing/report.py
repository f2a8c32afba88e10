"""The table at the end of ``make test``: ``report.py FOLDER SECONDS PART…``.

SECONDS is what all took together. FOLDER holds what ``parts.py`` wrote about each part (PART.json), and the JUnit
file of each part that has tests (PART.xml), which pytest writes.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

SLOWEST = 10


@dataclass(frozen=True)
class Test:
    """A test, and how many seconds it took with what was set up for it."""

    part: str
    name: str
    seconds: float


@dataclass(frozen=True)
class Row:
    """A part: seconds of wall and processor time, its exit code, and its tests; None where it has none."""

    part: str
    wall: float
    cpu: float
    code: int
    tests: int | None


def read_junit(file: Path, part: str) -> list[Test]:
    """The tests of a JUnit file; a file that a killed pytest left half written has none."""
    try:
        root = ElementTree.parse(file).getroot()  # noqa: S314 - pytest wrote it, in this run
    except (FileNotFoundError, ElementTree.ParseError):
        return []
    return [Test(part, _name(case), float(case.get("time", "0"))) for case in root.iter("testcase")]


def _name(case: "ElementTree.Element[str]") -> str:
    """Module and test; the folders in front of them follow from the part."""
    return f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name', '')}"


def read_rows(folder: Path, order: Sequence[str], tests: Iterable[Test]) -> list[Row]:
    """What is known of each part that was run, in the order of their names."""
    counted = [test.part for test in tests]
    rows = []
    for part in order:
        file = folder / f"{part}.json"
        if file.is_file():
            took = json.loads(file.read_text(encoding="utf-8"))
            rows.append(Row(part, took["wall"], took["cpu"], took["code"], counted.count(part) or None))
    return rows


def parts_table(rows: Sequence[Row], whole_seconds: float) -> Table:
    """Part, tests, wall and CPU seconds; the last line has the sums, and the wall time of all together."""
    table = Table("part", title="What took how long", title_justify="left")
    for column in ("tests", "wall s", "CPU s"):
        table.add_column(column, justify="right")
    for row in rows:
        name = row.part if row.code == 0 else f"{row.part} (failed: {row.code})"
        table.add_row(name, _count(row.tests), f"{row.wall:.0f}", f"{row.cpu:.0f}")
    table.add_section()
    tests = sum(row.tests or 0 for row in rows)
    table.add_row("all", _count(tests), f"{whole_seconds:.0f}", f"{sum(row.cpu for row in rows):.0f}")
    return table


def slowest_table(tests: Sequence[Test]) -> Table:
    """The tests that took longest, of all parts."""
    table = Table(title="The ten slowest tests", title_justify="left")
    table.add_column("s", justify="right")
    table.add_column("part")
    table.add_column("test", overflow="fold")
    for test in sorted(tests, key=lambda each: each.seconds, reverse=True)[:SLOWEST]:
        table.add_row(f"{test.seconds:.1f}", test.part, test.name)
    return table


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def main(folder: Path, whole_seconds: float, order: Sequence[str]) -> None:
    """Print both tables."""
    tests = [test for part in order for test in read_junit(folder / f"{part}.xml", part)]
    # Names of tests are shown as they are, whatever stands in their brackets.
    console = Console(width=None if sys.stdout.isatty() else 160, markup=False, emoji=False, highlight=False)
    tables = [parts_table(read_rows(folder, order, tests), whole_seconds)]
    if tests:
        tables.append(slowest_table(tests))
    for table in tables:
        # In a log, columns are enough.
        table.box = table.box if console.is_terminal else None
        console.print("", table)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
