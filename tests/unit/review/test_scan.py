"""The policy scan: clean on everything that is shipped, exact both ways, and at one with plain checkov."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sagemaker_templates.cli import app
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.review import passed_checks
from sagemaker_templates.review.checkov_config import checkov_config
from sagemaker_templates.review.quick_reading import quick_reading
from sagemaker_templates.review.scan import Scan, scan
from sagemaker_templates.review.scan_report import complaints, write_junit, write_sarif
from sagemaker_templates.review.waivers import WAIVERS, Waiver
from sagemaker_templates.settings import spelling
from synthesized import GOLDEN, ROOT
from typer.testing import CliRunner

RECORD = Path(__file__).with_name("passed_checks.json")
"""How many checks pass in all golden cases together; ``make golden`` writes it."""

pytestmark = pytest.mark.xdist_group("scan")


def _copy_of_golden(folder: Path) -> Path:
    for case in sorted(GOLDEN.iterdir()):
        for stack in sorted((case / "stacks").iterdir()):
            shutil.copytree(stack, folder / "stacks" / f"{case.name}--{stack.name}")
    return folder


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """One run of checkov over the stacks of all golden cases."""
    return scan(_copy_of_golden(tmp_path_factory.mktemp("golden")))


def test_every_golden_stack_is_clean(golden: Scan) -> None:
    assert golden.failed == []
    assert golden.unread == []
    assert golden.stale == []
    assert golden.clean
    assert len(golden.passed) == sum(1 for _ in GOLDEN.glob("*/stacks/*"))


def test_every_waiver_is_needed_somewhere_and_has_a_reason(golden: Scan) -> None:
    assert [waiver for waiver in WAIVERS if not golden.waived.get(waiver)] == []
    assert all(len(waiver.reason) > 20 for waiver in WAIVERS)


def test_no_fewer_checks_pass_than_were_recorded(golden: Scan) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        passed_checks.write(RECORD, golden.passed)
    assert passed_checks.falls(passed_checks.read(RECORD), golden.passed) == []


def test_each_of_our_policies_was_run(golden: Scan) -> None:
    run = {record.check_id for record in golden.reports[0].passed_checks}
    assert {f"CKV_SMT_{number}" for number in (1, 2, 4, 5, 7)} <= run


def test_sarif_and_junit_name_what_is_waived_with_its_reason(golden: Scan, tmp_path: Path) -> None:
    write_sarif(golden, tmp_path / "scan.sarif")
    write_junit(golden, tmp_path / "scan.xml")
    (sarif_run,) = json.loads((tmp_path / "scan.sarif").read_text())["runs"]
    assert len(sarif_run["results"]) == sum(golden.waived.values())
    assert all(result["suppressions"] for result in sarif_run["results"])
    cases = list(ElementTree.parse(tmp_path / "scan.xml").iter("testcase"))  # noqa: S314 - written above
    skipped = [case for case in cases if case.find("skipped") is not None]
    assert len(skipped) == sum(golden.waived.values())
    assert not any(case.find("failure") is not None for case in cases)


@dataclass(frozen=True)
class _Small:
    """A stack of a few resources, good in everything that our policies ask for."""

    document: Mapping[str, Any]

    def write(self, root: Path) -> Path:
        folder = root / "stacks" / "dev-small"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cdk.tf.json").write_text(json.dumps(self.document, indent=2))
        return root


def _small(**parts: Any) -> _Small:
    statement = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/x"], "effect": "Allow"}
    tags = [{"tags": {"sagemaker:project-name": "small"}}]
    base: dict[str, Any] = {
        "terraform": {"backend": {"s3": {"bucket": "b", "key": "k", "encrypt": True, "use_lockfile": True}}},
        "provider": {"aws": [{"region": "us-east-1", "default_tags": tags}]},
        "data": {"aws_iam_policy_document": {"rights": {"statement": [statement]}}},
        "resource": {
            "aws_cloudwatch_log_group": {
                "logs": {"name": "l", "retention_in_days": 365, "kms_key_id": "${aws_kms_key.k.arn}"}
            },
            "aws_ssm_parameter": {"p": {"name": "p", "type": "SecureString", "value": "${var.v}", "key_id": "k"}},
        },
    }
    return _Small({**base, **parts})


def _resource(kind: str, **body: Any) -> dict[str, Any]:
    return {"resource": {kind: {"x": body}}}


def _document(*actions: str) -> dict[str, Any]:
    statement = {"actions": list(actions), "resources": ["arn:aws:s3:::b/x"], "effect": "Allow"}
    return {"data": {"aws_iam_policy_document": {"rights": {"statement": [statement]}}}}


def _backend(**s3: Any) -> dict[str, Any]:
    return {"terraform": {"backend": {"s3": {"bucket": "b", "key": "k", **s3}}}}


_TOKEN = "ghp_" + "a1" * 18
_OWN_TAGS = {"sagemaker:project-name": "small"}
_PROVIDER = {"aws": [{"region": "us-east-1", "default_tags": [{"tags": _OWN_TAGS}]}]}
_VARIABLE = {"name": "GIT_TOKEN", "value": "hunter2", "type": "PLAINTEXT"}
_STAR = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
BAD = {
    "state not encrypted": ("CKV_SMT_1", _backend(use_lockfile=True)),
    "state not locked": ("CKV_SMT_1", _backend(encrypt=True)),
    "no tags": ("CKV_SMT_2", {"provider": {"aws": [{"region": "us-east-1"}]}}),
    "a planned resource without tags": (
        "CKV_SMT_3",
        _resource("aws_sns_topic", kms_master_key_id="alias/own", tags_all={"color": "blue"}),
    ),
    "a token in a description": ("CKV_SMT_4", _resource("aws_ssm_parameter", description=f"with {_TOKEN}")),
    "a password": ("CKV_SMT_4", _resource("aws_db_instance", password="hunter2")),
    "a token in a build's environment": (
        "CKV_SMT_4",
        _resource("aws_codebuild_project", encryption_key="k", environment={"environment_variable": [_VARIABLE]}),
    ),
    **{
        f"a token in {where}": ("CKV_SMT_4", parts)
        for where, parts in {
            "a tag": _resource("aws_sns_topic", kms_master_key_id="alias/own", tags={"a": _TOKEN}),
            "the name of a tag": _resource("aws_sns_topic", kms_master_key_id="alias/own", tags={_TOKEN: "a"}),
            "a tag of the provider": {
                "provider": {"aws": [{"default_tags": [{"tags": {**_OWN_TAGS, "a": _TOKEN}}]}]}
            },
            "a provider": {"provider": {**_PROVIDER, "github": [{"token": "hunter2"}]}},
            "an output": {"output": {"x": {"value": f"with {_TOKEN}"}}},
            "a local": {"locals": {"x": [{"y": _TOKEN}]}},
            "an ephemeral resource": {
                "ephemeral": {"aws_secretsmanager_secret_version": {"x": {"secret_id": _TOKEN}}}
            },
            "a variable": {"variable": {"x": {"default": _TOKEN}}},
            "the backend": _backend(encrypt=True, use_lockfile=True, access_key="hunter2"),
            "a data source": {"data": {"aws_ssm_parameter": {"x": {"name": _TOKEN}}}},
            "a module": {"module": {"x": {"source": "./x", "y": _TOKEN}}},
        }.items()
    },
    "a wildcard action": ("CKV_SMT_5", _document("s3:GetObject", "s3:Put*")),
    "a wildcard action in JSON": ("CKV_SMT_6", _resource("aws_iam_role_policy", policy=_STAR)),
    "AWS's own key": ("CKV_SMT_7", _resource("aws_sqs_queue", kms_master_key_id="alias/aws/sqs")),
    "no key": ("CKV_SMT_7", _resource("aws_cloudwatch_log_group", name="l")),
}
GOOD = {
    "CKV_SMT_3": _resource(
        "aws_sns_topic", kms_master_key_id="alias/own", tags_all={"sagemaker:project-name": "small"}
    ),
    "CKV_SMT_4": _resource(
        "aws_codebuild_project",
        encryption_key="k",
        environment={"environment_variable": [{**_VARIABLE, "type": "SECRETS_MANAGER"}]},
    ),
    "CKV_SMT_6": _resource("aws_iam_role_policy", policy=_STAR.replace("s3:*", "s3:GetObject")),
    "CKV_SMT_7": _resource("aws_sqs_queue", kms_master_key_id="${aws_kms_key.k.arn}"),
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """One run of checkov over every good and bad example."""
    root = tmp_path_factory.mktemp("examples")
    named = {
        **{f"bad {name}": parts for name, (_, parts) in BAD.items()},
        **{f"good {check}": parts for check, parts in GOOD.items()},
        "good": {},
    }
    for name, parts in named.items():
        folder = root / "stacks" / name.replace(" ", "-").replace("'", "")
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(_small(**parts).document, indent=2))
    return scan(root, waivers=())


def _failed(examples: Scan, stack: str) -> set[str]:
    name = stack.replace(" ", "-").replace("'", "")
    return {check for check, _, file, _ in examples.failed if Path(file).parent.name == name and "SMT" in check}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_example_fails_its_policy_and_no_other_of_ours(examples: Scan, name: str) -> None:
    assert _failed(examples, f"bad {name}") == {BAD[name][0]}


@pytest.mark.parametrize("name", ["good", *(f"good {check}" for check in GOOD)])
def test_a_good_example_fails_none_of_ours(examples: Scan, name: str) -> None:
    assert _failed(examples, name) == set()
    if name != "good":
        stack = name.replace(" ", "-")
        passed = {
            record.check_id
            for record in examples.reports[0].passed_checks
            if Path(record.file_path).parent.name == stack
        }
        assert name.partition(" ")[2] in passed


# By how it begins: https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
SECRETS = [
    *("ghp_" + "a1" * 18, "gho_" + "a1" * 18, "github_pat_" + "a1_" * 27, "hf_" + "aB" * 17, "glpat-" + "a1" * 10),
    *("AKIA" + "A1" * 8, "ASIA" + "A1" * 8, "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"),
    *("xoxb-" + "1a-" * 9, "npm_" + "a1" * 18, "pypi-" + "aB" * 30, "dckr_pat_" + "a1" * 14, "AIza" + "a1_-x" * 7),
    *("sk-" + "a1" * 24, "sk_live_" + "a1" * 12, "hvs." + "a1" * 12, "a1" * 7 + ".atlasv1." + "a1" * 30),
    *("SG." + "a" * 22 + "." + "b" * 43, "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20),
]


@pytest.mark.parametrize("secret", SECRETS, ids=[secret[:12] for secret in SECRETS])
def test_secrets_are_known_by_how_they_begin_and_not_shown(secret: str) -> None:
    assert spelling.holds_token(f"a: {secret}")
    assert secret not in spelling.quoted(f"a: {secret}")


def test_settings_and_the_policy_know_the_same_secrets() -> None:
    # checkov, which the policy is made of, takes a second to import.
    from sagemaker_templates.review.policies import inline_secrets

    assert inline_secrets._LOOKS_LIKE_ONE == spelling._TOKEN


def test_no_report_shows_a_secret(examples: Scan, tmp_path: Path) -> None:
    write_sarif(examples, tmp_path / "scan.sarif")
    write_junit(examples, tmp_path / "scan.xml")
    shown = (tmp_path / "scan.sarif").read_text() + (tmp_path / "scan.xml").read_text()
    assert "CKV_SMT_4" in shown
    assert _TOKEN not in shown


def _waiver(check: str, **changes: Any) -> Waiver:
    return replace(Waiver(check, "aws_ssm_parameter.*", "for this test, and for nothing else"), **changes)


def test_a_waiver_whose_resources_all_pass_is_stale_and_one_without_resources_is_not(tmp_path: Path) -> None:
    root = _small().write(tmp_path)
    needless = _waiver("CKV_SMT_4")
    elsewhere = _waiver("CKV_SMT_4", resources="aws_db_instance.*")
    resting = _waiver("CKV_SMT_4", setting="state")
    assert scan(root, waivers=(needless,)).stale == [needless]
    assert scan(root, waivers=(elsewhere,)).stale == []
    assert scan(root, waivers=(resting,)).stale == []
    (line,) = complaints(replace(scan(root, waivers=(needless,)), failed=[], unread=[]))
    assert "CKV_SMT_4" in line


def test_a_file_that_checkov_cannot_read_fails_the_scan(tmp_path: Path) -> None:
    root = _small().write(tmp_path)
    broken = root / "stacks" / "dev-broken" / "cdk.tf.json"
    broken.parent.mkdir()
    broken.write_text('{"resource": {')
    found = scan(root)
    assert [Path(file).parent.name for file in found.unread] == ["dev-broken"]
    assert not found.clean


def test_what_is_read_quickly_is_what_checkov_itself_reads() -> None:
    from checkov.common.parsers.yaml import loader

    texts = [file.read_text() for file in sorted((GOLDEN / "shipped").glob("stacks/*/cdk.tf.json"))[:3]]
    odd = ['{"a": [1, {"b": null}],\n "on": true,\n "c": {}}', '{"a":\t1}', '{"resource": {', "", "[]"]
    own = [loader.loads(text) for text in [*texts, *odd]]
    with quick_reading():
        assert [loader.loads(text) for text in [*texts, *odd]] == own


def test_an_empty_folder_is_not_clean(tmp_path: Path) -> None:
    assert not scan(tmp_path).clean


def test_a_fall_in_passed_checks_is_told_and_a_stack_that_is_gone_is_none() -> None:
    assert passed_checks.falls({"a": 3, "b": 3, "gone": 9}, {"a": 3, "b": 2}) == ["b: 2 checks passed, recorded: 3"]


def test_a_record_that_is_none_is_wrong_input(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("[]")
    with pytest.raises(WrongInput, match="no record"):
        passed_checks.read(tmp_path / "record.json")


def test_the_command_needs_a_synthesized_folder(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["scan", "--output", str(tmp_path)])
    assert isinstance(run.exception, WrongInput)


def _plain_checkov(folder: Path) -> tuple[int, set[tuple[str, str, str]]]:
    run = subprocess.run(
        [sys.executable, "-m", "checkov.main", "-d", "cdktf.out", "-o", "json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = json.loads(run.stdout).get("results", {}).get("failed_checks", [])
    return run.returncode, {(record["check_id"], record["file_path"], record["resource"]) for record in failed}


@pytest.mark.parametrize(
    ("old", "worsened"), [(None, None), ('"enable_key_rotation": true', '"enable_key_rotation": false')]
)
def test_plain_checkov_with_our_files_comes_to_the_same_verdict(
    tmp_path: Path, old: str | None, worsened: str | None
) -> None:
    stacks = tmp_path / "cdktf.out" / "stacks"
    shutil.copytree(GOLDEN / "minimal" / "stacks", stacks)
    found = scan(tmp_path / "cdktf.out")
    for name, text in checkov_config(found, tmp_path).items():
        (tmp_path / name).write_text(text)
    if old and worsened:
        file = stacks / "dev-abalone" / "cdk.tf.json"
        file.write_text(file.read_text().replace(old, worsened))
        found = scan(tmp_path / "cdktf.out")
    ours = {
        (record.check_id, record.file_path, record.resource)
        for report in found.reports
        for record in report.failed_checks
    }
    code, theirs = _plain_checkov(tmp_path)
    assert theirs == ours
    assert (code, found.clean) == ((1, False) if old else (0, True))


def test_the_policies_are_shipped_with_the_package() -> None:
    assert (ROOT / "constructs/sagemaker_templates/review/policies/__init__.py").is_file()
