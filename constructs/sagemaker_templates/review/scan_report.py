"""A scan as people and tools read it: a table, SARIF, JUnit."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sagemaker_templates.review.scan import Scan
from sagemaker_templates.wording import counted


def show(console: Console, scan: Scan) -> None:
    """Print what was found, then one line of figures."""
    if scan.failed:
        table = Table("check", "stack", "resource", "what it asks for", title="Failed")
        for check, name, file, address in scan.failed:
            table.add_row(check, Path(file).parent.name, address, name)
        console.print(table)
    for line in complaints(scan):
        console.print(line)
    console.print(
        f"{counted(sum(scan.passed.values()), 'check')} passed in {counted(len(scan.passed), 'stack')}, "
        f"{counted(sum(scan.waived.values()), 'failure')} waived, {len(scan.failed)} failed"
    )


def complaints(scan: Scan) -> Iterator[str]:
    """What is wrong besides failed checks, a line each."""
    for file in scan.unread:
        yield f"{file}: checkov cannot read it, and has checked nothing in it"
    for waiver in scan.stale:
        yield f"the waiver of {waiver.check} for {waiver.resources} is needed no more: every such resource passes"
    if not scan.passed:
        yield "no check passed: there is nothing here to scan"


def write_sarif(scan: Scan, file: Path) -> None:
    """Write what GitHub's and others' code scanning reads (SARIF 2.1.0); what is waived is suppressed in it."""
    from checkov.common.output.sarif import Sarif

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(Sarif(list(scan.reports), tool="checkov").json, indent=2) + "\n", encoding="utf-8")


def write_junit(scan: Scan, file: Path) -> None:
    """Write what CI servers show as test results; what is waived is a skipped test with its reason."""
    from checkov.common.output.report import Report

    suites = [report.get_test_suite() for report in scan.reports]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Report.get_junit_xml_string(suites), encoding="utf-8")
