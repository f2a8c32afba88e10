"""The policy scan of real plans: what the JSON only refers to stands written out there."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.cli import app
from sagemaker_templates.operations.engine import Engine
from typer.testing import CliRunner, Result

MINIMAL = Path(__file__).parents[1] / "unit" / "golden" / "minimal"
PLANS_SCANNED = "plan.json"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.fixture
def scan(tmp_path: Path, terraform_engine: Engine) -> Callable[..., tuple[Result, dict[str, Any]]]:
    """Return a function that scans the minimal stacks and their plans, perhaps after a change of their text."""
    shutil.copytree(MINIMAL / "environments", tmp_path / "environments")

    def scanned(old: str = "", new: str = "") -> tuple[Result, dict[str, Any]]:
        stacks = tmp_path / "cdktf.out" / "stacks"
        shutil.copytree(MINIMAL / "stacks", stacks)
        project = stacks / "dev-abalone" / "cdk.tf.json"
        text = project.read_text()
        assert old in text
        project.write_text(text.replace(old, new))
        sarif = tmp_path / "scan.sarif"
        options = ["--environments", tmp_path / "environments", "--output", tmp_path / "cdktf.out", "--sarif", sarif]
        ended = CliRunner().invoke(app, ["scan", "--plans", *map(str, options)])
        assert sarif.exists(), ended.output
        return ended, json.loads(sarif.read_text())

    return scanned


def _files_of(findings: dict[str, Any], check: str, *, waived: bool) -> set[str]:
    return {
        Path(location["physicalLocation"]["artifactLocation"]["uri"]).name
        for run in findings["runs"]
        for result in run["results"]
        if result["ruleId"] == check and bool(result.get("suppressions")) is waived
        for location in result["locations"]
    }


def test_the_plans_of_a_synthesized_folder_are_clean(scan: Callable[..., tuple[Result, dict[str, Any]]]) -> None:
    ended, findings = scan()
    assert ended.exit_code == 0, ended.output
    assert PLANS_SCANNED in _files_of(findings, "CKV_AWS_144", waived=True), "else no plan was scanned"


def test_a_worsened_stack_fails_in_its_plan_too(scan: Callable[..., tuple[Result, dict[str, Any]]]) -> None:
    ended, findings = scan('"enable_key_rotation": true', '"enable_key_rotation": false')
    assert ended.exit_code == 1, ended.output
    assert {"cdk.tf.json", PLANS_SCANNED} <= _files_of(findings, "CKV_AWS_7", waived=False)
