"""What a build must be told of its target, and what Terraform sees of the build's own credentials."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from conftest import FACTS, GROUP
from deploy.exports import write_exports
from deploy.failures import DeployError, command
from deploy.resolve import Release
from deploy.target import Session, Target

TARGET = Target("prod", "arn:aws:iam::333333333333:role/model-deploy/abalone-prod-planner", "an-id", "/a/parameter")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session whose role was assumed without asking AWS."""
    made = object.__new__(Session)
    made._target = TARGET
    made._credentials = {"AccessKeyId": "ASIA", "SecretAccessKey": "secret", "SessionToken": "token"}
    return made


def parameter(session: Session, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Let SSM answer a value."""
    client = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    stubber.add_response("get_parameter", {"Parameter": {"Value": value}}, {"Name": TARGET.parameter})
    stubber.activate()
    monkeypatch.setattr(session, "client", lambda *_: client)


def test_missing_variables_are_named_together() -> None:
    """All at once."""
    with pytest.raises(DeployError, match="empty: TARGET_ROLE_ARN, TARGET_EXTERNAL_ID, TARGET_PARAMETER"):
        Target.from_variables({"TARGET": "prod"})


def test_terraform_knows_the_assumed_role_and_no_other(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the build's own role nor a profile, and no variables that would be laid over the plan."""
    for name in ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_PROFILE", "TF_VAR_tags", "TF_CLI_ARGS_plan"):
        monkeypatch.setenv(name, "the build's own")

    environment = session.environment("eu-west-1")

    assert "the build's own" not in environment.values()
    assert environment["AWS_SESSION_TOKEN"] == "token"
    assert environment["AWS_REGION"] == "eu-west-1"


def test_the_platforms_facts_are_read(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known here is left alone, so that the platform may say more."""
    parameter(session, monkeypatch, json.dumps({**FACTS, "something-new": 1}))

    assert session.facts().endpoint_name == "abalone-prod"


def test_text_of_digits_may_come_as_a_number(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """CDKTF's HCL loses the quotes."""
    numbers = {"account_id": 333333333333, "tags": {"cost-center": 1234}}
    parameter(session, monkeypatch, json.dumps({**FACTS, **numbers}))

    facts = session.facts()

    assert facts.account_id == "333333333333"
    assert facts.tags == {"cost-center": "1234"}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"environment": "dev"}, "describes dev, not prod"),
        ({"state": {}}, r"does not describe a target: state\.bucket, state\.key, state\.region"),
        ({"endpoint_name": None}, "does not describe a target: endpoint_name"),
    ],
)
def test_facts_that_are_none_are_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], complaint: str
) -> None:
    """With the parameter's name."""
    parameter(session, monkeypatch, json.dumps({**FACTS, **changed}))

    with pytest.raises(DeployError, match=complaint):
        session.facts()


@pytest.mark.parametrize("text", ["", "[]", '{"status": "ready"}', '{"version": 1}'])
def test_a_release_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """The artifact of another build, perhaps."""
    (tmp_path / "release.json").write_text(text, encoding="utf-8")

    with pytest.raises(DeployError, match="does not say what is released"):
        Release.read(tmp_path / "release.json")


def test_a_release_is_read_as_it_was_written(tmp_path: Path, release: Release) -> None:
    """From build to build."""
    release.write(tmp_path)

    assert Release.read(tmp_path / "release.json") == release


def test_nothing_approved_has_variables_too() -> None:
    """The pipeline asks for RELEASE."""
    assert Release("none", GROUP).variables == {
        "RELEASE": "none",
        "MODEL_PACKAGE_ARN": "",
        "MODEL_PACKAGE_VERSION": "",
    }


def test_exported_values_are_quoted_for_the_shell(tmp_path: Path) -> None:
    """A value is never a command."""
    write_exports(tmp_path / "env", {"PLAN_SUMMARY": "2 to add; rm -rf $HOME"})

    assert (tmp_path / "env").read_text(encoding="utf-8") == "export PLAN_SUMMARY='2 to add; rm -rf $HOME'\n"


def test_a_failure_is_a_line_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1."""

    def work() -> None:
        raise DeployError("it did not work")

    assert command(work) == 1
    assert capsys.readouterr().err == "error: it did not work\n"
