"""checkov on synthesized stacks and on plans, offline, with the waivers applied."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_templates.review.quick_reading import quick_reading
from sagemaker_templates.review.waivers import WAIVERS, Waiver
from sagemaker_templates.settings.spelling import without_tokens

POLICIES = Path(__file__).with_name("policies")
"""Our policies; the value of checkov's ``external-checks-dir``."""


@dataclass(frozen=True)
class Scan:
    """What checkov found.

    Attributes:
        reports: checkov's own, with what is waived moved from the failed to the skipped checks.
        failed: failures without a waiver: check id, its name, file, address.
        stale: waivers whose resources were checked and all pass.
        unread: files that checkov could not parse; it would have passed over them.
        passed: number of checks that passed, by stack.
        waived: how often each waiver was needed.
    """

    reports: Sequence[Any]
    failed: Sequence[tuple[str, str, str, str]]
    stale: Sequence[Waiver]
    unread: Sequence[str]
    passed: Mapping[str, int]
    waived: Mapping[Waiver, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing was found and something was looked at."""
        return not (self.failed or self.stale or self.unread) and bool(self.passed)


def scan(root: Path, *, plans: Sequence[Path] = (), waivers: Sequence[Waiver] = WAIVERS) -> Scan:
    """Run checkov on every stack's JSON below ``root``, and on plans.

    Args:
        plans: files written by ``terraform show -json``.
    """
    reports = [_scan_json(root), *([_scan_plans(plans)] if plans else [])]
    for report in reports:
        _hide_secrets(report)
    addresses = _Addresses()
    waived = Counter(waiver for report in reports for waiver in _waive(report, waivers, addresses))
    passed = Counter(Path(record.file_path).parent.name for report in reports for record in report.passed_checks)
    return Scan(
        reports=reports,
        failed=sorted(
            (record.check_id, record.check_name, record.file_path, addresses.of(record))
            for report in reports
            for record in report.failed_checks
        ),
        stale=_stale(reports, waivers, waived, addresses),
        unread=sorted({str(file) for report in reports for file in report.parsing_errors}),
        passed=dict(sorted(passed.items())),
        waived=waived,
    )


def _scan_json(root: Path) -> Any:
    # checkov logs each thing it does not resolve as a warning.
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    from checkov.runner_filter import RunnerFilter
    from checkov.terraform_json.runner import TerraformJsonRunner

    only = RunnerFilter(framework=["terraform_json"], show_progress_bar=False, excluded_paths=[r"/\.terraform/"])
    with quick_reading():
        return TerraformJsonRunner().run(str(root), external_checks_dir=[str(POLICIES)], runner_filter=only)


def _scan_plans(files: Sequence[Path]) -> Any:
    from checkov.runner_filter import RunnerFilter
    from checkov.terraform.plan_runner import Runner

    only = RunnerFilter(framework=["terraform_plan"], show_progress_bar=False)
    return Runner().run(
        root_folder=None,
        files=[str(file) for file in files],
        external_checks_dir=[str(POLICIES)],
        runner_filter=only,
    )


def _hide_secrets(report: Any) -> None:
    """Reports show the lines that a check failed at, a build's log shows the reports."""
    for record in report.failed_checks:
        record.code_block = [(number, without_tokens(line)) for number, line in record.code_block]


class _Addresses:
    """Terraform addresses: in JSON, checkov leaves the type out of some (``resource.seeder``)."""

    def __init__(self) -> None:
        self._documents: dict[str, Mapping[str, Any]] = {}

    def of(self, record: Any) -> str:
        block, _, name = str(record.resource).partition(".")
        if block not in ("resource", "data") or "." in name:
            return str(record.resource)
        types = self._document(record.file_abs_path).get(block, {})
        kind = next((kind for kind, named in types.items() if name in named), block)
        return f"{kind}.{name}" if block == "resource" else f"data.{kind}.{name}"

    def _document(self, file: str) -> Mapping[str, Any]:
        if file not in self._documents:
            self._documents[file] = json.loads(Path(file).read_text(encoding="utf-8"))
        return self._documents[file]


def _waive(report: Any, waivers: Sequence[Waiver], addresses: _Addresses) -> list[Waiver]:
    """Move what is waived to the skipped checks, as checkov's own skips are; give the waivers that were needed."""
    from checkov.common.models.enums import CheckResult

    kept, used = [], []
    for record in report.failed_checks:
        waiver = _waiver(waivers, record, addresses)
        if waiver is None:
            kept.append(record)
            continue
        record.check_result = {"result": CheckResult.SKIPPED, "suppress_comment": waiver.reason}
        report.skipped_checks.append(record)
        used.append(waiver)
    report.failed_checks = kept
    return used


def _waiver(waivers: Sequence[Waiver], record: Any, addresses: _Addresses) -> Waiver | None:
    address = addresses.of(record)
    return next((waiver for waiver in waivers if waiver.covers(record.check_id, address)), None)


def _stale(
    reports: Sequence[Any], waivers: Sequence[Waiver], used: Mapping[Waiver, int], addresses: _Addresses
) -> list[Waiver]:
    """Waivers for checks that ran on their resources and found nothing; others had nothing to fire at."""
    ran = {
        waiver
        for report in reports
        for record in report.passed_checks
        if (waiver := _waiver(waivers, record, addresses)) is not None
    }
    return [waiver for waiver in waivers if waiver in ran and not used.get(waiver) and not waiver.setting]
