"""The parts of ``make test`` are run, measured and shown as they are."""

import io
import json
import sys
from pathlib import Path

import parts
import pytest
import report
from rich.console import Console
from rich.table import Table

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" tests="2">
<testcase classname="tests.unit.test_a" name="test_one[x-y]" time="0.250"/>
<testcase classname="tests.unit.test_a" name="test_two" time="12.5"><failure message="no">no</failure></testcase>
</testsuite></testsuites>
"""
ONE = report.Test("unit", "test_a::test_one[x-y]", 0.25)
TWO = report.Test("unit", "test_a::test_two", 12.5)


def test_a_junit_file_gives_each_test_with_its_seconds(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(JUNIT)
    assert report.read_junit(tmp_path / "unit.xml", "unit") == [ONE, TWO]


@pytest.mark.parametrize("text", [None, "", JUNIT[:200]])
def test_a_part_without_a_whole_junit_file_has_no_tests(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "unit.xml").write_text(text)
    assert report.read_junit(tmp_path / "unit.xml", "unit") == []


def test_parts_come_in_the_given_order_and_those_that_did_not_run_are_left_out(tmp_path: Path) -> None:
    for name, code in (("unit", 1), ("lint", 0)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"name": name, "wall": 2.0, "cpu": 3.0, "code": code}))
    assert report.read_rows(tmp_path, ["lint", "unit", "integration"], [ONE, TWO]) == [
        report.Row("lint", 2.0, 3.0, 0, None),
        report.Row("unit", 2.0, 3.0, 1, 2),
    ]


def _printed(table: Table) -> list[list[str]]:
    text = io.StringIO()
    Console(file=text, width=120, markup=False).print(table)
    lines = [line for line in text.getvalue().splitlines() if "│" in line]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_the_table_has_tests_wall_and_cpu_seconds_of_each_part_and_of_all() -> None:
    rows = [report.Row("lint", 30.4, 50.0, 0, None), report.Row("unit", 40.0, 70.0, 2, 1680)]
    assert _printed(report.parts_table(rows, 65.0)) == [
        ["lint", "", "30", "50"],
        ["unit (failed: 2)", "1,680", "40", "70"],
        ["all", "1,680", "65", "120"],
    ]


def test_the_ten_slowest_tests_come_slowest_first_with_their_names_as_they_are() -> None:
    tests = [report.Test("seed", f"a::b[{number}]", number) for number in range(20)]
    shown = _printed(report.slowest_table(tests))
    assert shown == [[f"{number:.1f}", "seed", f"a::b[{number}]"] for number in range(19, 9, -1)]


def test_parts_side_by_side_are_measured_each_for_itself_with_what_they_start() -> None:
    count = "sum(range(10_000_000))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {count!r}], check=True)"
    busy, failed = parts.run_stage(
        {"busy": [sys.executable, "-c", child], "failed": [sys.executable, "-c", "exit(3)"]}
    )
    assert (busy.code, failed.code) == (0, 3)
    assert busy.cpu > failed.cpu > 0
    assert min(busy.wall, failed.wall) > 0


def test_output_of_parts_side_by_side_stays_in_one_piece(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    program = "import sys; [print(sys.argv[1], flush=True) for _ in range(50)]"
    parts.run_stage({name: [sys.executable, "-c", program, name] for name in ("a", "b")})
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert sorted([lines[:51], lines[51:]]) == [["--- a", *["a"] * 50], ["--- b", *["b"] * 50]]


@pytest.fixture
def make(tmp_path: Path) -> str:
    """What stands in for make: says its target, and fails for the one that is named after that."""
    program = tmp_path / "make"
    program.write_text('#!/bin/sh\necho "$2" >>"$0.log"\ncase "$2" in fails) exit 7;; esac\n')
    program.chmod(0o755)
    return str(program)


def test_the_first_stage_that_fails_is_the_last_one_and_gives_the_exit_code(tmp_path: Path, make: str) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "of-last-time.xml").write_text(JUNIT)
    assert parts.run(make, ["first", "second+fails", "never"], results) == 7
    assert sorted(Path(f"{make}.log").read_text().split()) == ["fails", "first", "second"]
    assert sorted(path.name for path in results.iterdir()) == ["fails.json", "first.json", "second.json"]
    assert json.loads((results / "fails.json").read_text())["code"] == 7


def test_stages_that_all_pass_end_with_zero(tmp_path: Path, make: str) -> None:
    assert parts.run(make, ["first", "second"], tmp_path / "results") == 0


def test_a_log_gets_plain_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unit.xml").write_text(JUNIT)
    (tmp_path / "unit.json").write_text(json.dumps({"name": "unit", "wall": 13.0, "cpu": 20.0, "code": 0}))
    report.main(tmp_path, 14.0, ["set-up", "unit"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["unit", "2", "13", "20"] in lines
    assert ["all", "2", "14", "20"] in lines
    assert ["12.5", "unit", "test_a::test_two"] in lines
