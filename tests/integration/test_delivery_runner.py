"""What runs a delivery pipeline in these tests keeps the rules of CodePipeline and CodeBuild that they rely on."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from codebuild import Machine
from codepipeline import Delivery, Execution
from sagemaker_templates.emulator import Emulator

ACCOUNT, REGION = "111111111111", "us-east-1"

pytestmark = [pytest.mark.emulator]

ASK = """
version: 0.2
env:
  variables: {GREETING: hello}
  exported-variables: [ANSWER]
phases:
  install: {commands: ["fetch-packages"]}
  build:
    commands:
      - mkdir -p made/deep
      - cd made
      - export ANSWER="$GREETING from $WHO"
  post_build:
    commands: ["echo $ANSWER > deep/answer.txt"]
artifacts: {base-directory: made, files: ["**/*"]}
"""

TELL = """
version: 0.2
phases:
  build:
    commands:
      - echo "told $TOLD, read $(cat $CODEBUILD_SRC_DIR_Made/deep/answer.txt) in account $AWS_ACCESS_KEY_ID"
      - test "$TOLD" != "nothing"
      - echo not reached
  post_build: {commands: ["echo afterwards $CODEBUILD_BUILD_SUCCEEDING"]}
"""


@pytest.fixture
def site(emulator: Emulator) -> Emulator:
    """A repository with two buildspecs, and a build project for each."""
    codecommit = emulator.client("codecommit", ACCOUNT, REGION)
    codecommit.create_repository(repositoryName="code")
    files = {"buildspec/ask.yml": ASK, "buildspec/tell.yml": TELL}
    put = [{"filePath": path, "fileContent": text.encode()} for path, text in files.items()]
    codecommit.create_commit(repositoryName="code", branchName="main", putFiles=put)
    for name in ("ask", "tell"):
        emulator.client("codebuild", ACCOUNT, REGION).create_project(
            name=name,
            source={"type": "CODEPIPELINE", "buildspec": f"buildspec/{name}.yml"},
            artifacts={"type": "CODEPIPELINE"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [{"name": "WHO", "value": "the project"}],
            },
            serviceRole=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        )
    return emulator


def _build(name: str, inputs: Sequence[str], told: str | None = None, **more: Any) -> dict[str, Any]:
    configuration = {"ProjectName": name.lower(), "PrimarySource": "Source"}
    if told:
        configuration["EnvironmentVariables"] = json.dumps([{"name": "TOLD", "value": told, "type": "PLAINTEXT"}])
    return {
        "name": name,
        "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
        "configuration": configuration,
        "inputArtifacts": [{"name": each} for each in inputs],
        **more,
    }


def _run(emulator: Emulator, tmp_path: Path, stages: Sequence[dict[str, Any]], approve: bool = True) -> Execution:
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
        "configuration": {"RepositoryName": "code", "BranchName": "main"},
        "outputArtifacts": [{"name": "Source"}],
    }
    ask = _build("Ask", ["Source"], outputArtifacts=[{"name": "Made"}], namespace="Asked")
    role = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
    trust = [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    emulator.client("iam", ACCOUNT, REGION).create_role(
        RoleName="pipeline", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    emulator.client("codepipeline", ACCOUNT, REGION).create_pipeline(
        pipeline={
            "name": "delivery",
            "roleArn": role,
            "pipelineType": "V2",
            "artifactStore": {"type": "S3", "location": "store"},
            "stages": [{"name": "Begin", "actions": [source, {**ask, "runOrder": 2}]}, *stages],
        }
    )
    work = tmp_path / "work"
    work.mkdir()
    machine = Machine({"PATH": os.environ["PATH"]}, left_out=lambda command: command == "fetch-packages")
    return Delivery(emulator, ACCOUNT, REGION, "delivery", machine, work, lambda approval: approve).run()


def _ask_person(link: str) -> dict[str, Any]:
    return {
        "name": "Approve",
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
        "configuration": {"CustomData": "It says #{Asked.ANSWER}.", "ExternalEntityLink": link},
    }


def test_artifacts_and_variables_are_handed_from_action_to_action(site: Emulator, tmp_path: Path) -> None:
    tell = _build("Tell", ["Source", "Made"], told="#{Asked.ANSWER}")
    execution = _run(site, tmp_path, [{"name": "End", "actions": [tell]}])
    assert execution.stages == {"Begin": "Succeeded", "End": "Succeeded"}
    assert execution.variables["Asked"] == {"ANSWER": "hello from the project"}
    log = execution.builds["End", "Tell"].log
    assert "told hello from the project, read hello from the project in account ASIA" in log
    assert "afterwards 1" in log


def test_a_failed_build_ends_the_execution_after_its_last_phase(site: Emulator, tmp_path: Path) -> None:
    tell = _build("Tell", ["Source", "Made"], told="nothing")
    execution = _run(site, tmp_path, [{"name": "End", "actions": [tell]}, {"name": "Never", "actions": [tell]}])
    assert execution.stages == {"Begin": "Succeeded", "End": "Failed"}
    log = execution.builds["End", "Tell"].log
    assert "afterwards 0" in log
    assert "not reached" not in log


@pytest.mark.parametrize(("wanted", "status"), [("hello from the project", "Succeeded"), ("none", "Skipped")])
def test_a_stage_is_entered_only_if_its_condition_holds(
    site: Emulator, tmp_path: Path, wanted: str, status: str
) -> None:
    rule = {
        "name": "Ready",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
        "configuration": {"Variable": "#{Asked.ANSWER}", "Operator": "EQ", "Value": wanted},
    }
    tell = _build("Tell", ["Source", "Made"], told="something")
    stage = {
        "name": "End",
        "actions": [tell],
        "beforeEntry": {"conditions": [{"result": "SKIP", "rules": [rule]}]},
    }
    execution = _run(site, tmp_path, [stage])
    assert execution.stages["End"] == status
    assert (("End", "Tell") in execution.builds) == (status == "Succeeded")


@pytest.mark.parametrize("approve", [True, False])
def test_nothing_follows_an_approval_that_is_refused(site: Emulator, tmp_path: Path, approve: bool) -> None:
    tell = _build("Tell", ["Source", "Made"], told="something", runOrder=2)
    stage = {"name": "End", "actions": [tell, {**_ask_person("https://example.com/plan"), "runOrder": 1}]}
    execution = _run(site, tmp_path, [stage], approve)
    assert [each.text for each in execution.approvals] == ["It says hello from the project."]
    assert (("End", "Tell") in execution.builds) is approve
