"""What starts a pipeline in AWS: an approval and a schedule by a rule that stands there, a push by its connection."""

import json
from functools import partial
from typing import Any

import pytest
from roles_on_emulator import new_role
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.rehearsal.connections import start_by_connection
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.pushing import push
from sagemaker_templates.rehearsal.report import Moment, Timeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip
from sagemaker_templates.rehearsal.triggers import Happenings, RehearsalFailed

pytestmark = pytest.mark.emulator

PLACE = Place("111111111111", "us-east-1")
PIPELINE = "scoring-p-scoring01"
APPROVED = PLACE.decided(PLACE.arn("sagemaker", "model-package/group/2"), "Approved")
PATTERN = {
    "source": ["aws.sagemaker"],
    "detail": {"ModelPackageGroupName": ["group"], "ModelApprovalStatus": ["Approved"]},
}
SCHEDULE = "cron(0 6 * * ? *)"
MAY_START = ["sagemaker:StartPipelineExecution"]


@pytest.fixture
def moments() -> list[Moment]:
    return []


@pytest.fixture
def happenings(emulator: Emulator, moments: list[Moment]) -> Happenings:
    """Return a place with a SageMaker pipeline in it."""
    role = new_role(emulator, PLACE.account, "execution", trusted={"Service": "sagemaker.amazonaws.com"})
    emulator.client("sagemaker", PLACE.account, PLACE.region).create_pipeline(
        PipelineName=PIPELINE,
        ClientRequestToken="t" * 32,
        PipelineDefinition="{}",
        RoleArn=role,
    )
    return Happenings(emulator, PLACE, Timeline(moments.append))


def _rule(emulator: Emulator, name: str, *, allowed: list[str], pipeline: str = PIPELINE, **when: str) -> None:
    """A rule that starts a SageMaker pipeline, with a role of its own."""
    trusted = {"Service": "events.amazonaws.com"}
    role = new_role(emulator, PLACE.account, f"{name}-start", trusted=trusted, allowed=allowed)
    events = emulator.client("events", PLACE.account, PLACE.region)
    events.put_rule(Name=name, State="ENABLED", **when)
    target = {"Id": "ml-pipeline", "Arn": PLACE.arn("sagemaker", f"pipeline/{pipeline}"), "RoleArn": role}
    events.put_targets(Rule=name, Targets=[target])


def test_an_approval_starts_the_sagemaker_pipeline_as_the_role_of_its_rule(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    _rule(emulator, "approval", allowed=MAY_START, EventPattern=json.dumps(PATTERN))
    _rule(emulator, "schedule", allowed=MAY_START, ScheduleExpression=SCHEDULE)
    happenings.start_ml_pipeline(APPROVED, PIPELINE)
    assert [(one.role, one.what) for one in moments] == [
        ("approval-start", f"the rule approval matches: started {PIPELINE}")
    ]
    sagemaker = emulator.client("sagemaker", PLACE.account, PLACE.region)
    assert len(sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"]) == 1


def test_a_schedule_starts_the_sagemaker_pipeline_as_the_role_of_its_rule(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    _rule(emulator, "schedule", allowed=MAY_START, ScheduleExpression=SCHEDULE)
    _rule(emulator, "another", allowed=MAY_START, pipeline="another", ScheduleExpression=SCHEDULE)
    happenings.start_on_schedule(SCHEDULE, PIPELINE)
    assert [(one.role, one.what) for one in moments] == [
        ("schedule-start", f"the schedule {SCHEDULE} of the rule schedule: started {PIPELINE}")
    ]


def test_a_schedule_that_is_not_as_it_was_asked_for_fails(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    with pytest.raises(RehearsalFailed, match="there is none"):
        happenings.start_on_schedule(SCHEDULE, PIPELINE)
    _rule(emulator, "schedule", allowed=MAY_START, ScheduleExpression="rate(1 day)")
    with pytest.raises(RehearsalFailed, match=r"there is schedule: rate\(1 day\)"):
        happenings.start_on_schedule(SCHEDULE, PIPELINE)
    assert [one.outcome for one in moments] == ["failed", "failed"]


def test_a_role_of_a_rule_that_may_not_start_the_pipeline_fails_and_is_named(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    _rule(emulator, "approval", allowed=["codepipeline:StartPipelineExecution"], EventPattern=json.dumps(PATTERN))
    _rule(emulator, "schedule", allowed=["codepipeline:StartPipelineExecution"], ScheduleExpression=SCHEDULE)
    for start in (partial(happenings.start_ml_pipeline, APPROVED), partial(happenings.start_on_schedule, SCHEDULE)):
        with pytest.raises(RehearsalFailed, match="perform: sagemaker:StartPipelineExecution"):
            start(PIPELINE)
    assert [one.role for one in moments] == ["approval-start", "schedule-start"]


def _delivering_rule(
    emulator: Emulator, name: str, pipeline: str, pattern: dict[str, Any], *, allowed: list[str]
) -> None:
    """A rule that starts a delivery pipeline."""
    _rule(emulator, name, allowed=allowed, EventPattern=json.dumps(pattern))
    role = f"arn:aws:iam::{PLACE.account}:role/{name}-start"
    target = {"Id": "ml-pipeline", "Arn": PLACE.arn("codepipeline", pipeline), "RoleArn": role}
    emulator.client("events", PLACE.account, PLACE.region).put_targets(Rule=name, Targets=[target])


CONNECTION = PLACE.arn("codeconnections", "connection/01234567-89ab-cdef-0123-456789abcdef")


def _on_github(connection: str = CONNECTION, **configuration: str) -> dict[str, Any]:
    """A delivery pipeline with a repository on GitHub, as GetPipeline describes it."""
    given = {"ConnectionArn": connection, "FullRepositoryId": "example/a-build", "BranchName": "main"}
    kind = {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"}
    source = {"name": "Source", "actionTypeId": kind, "configuration": {**given, **configuration}}
    return {"name": "a-build", "stages": [{"name": "Source", "actions": [source]}]}


@pytest.mark.parametrize("service", ["codeconnections", "codestar-connections"])
@pytest.mark.parametrize(
    ("kind", "provider"), [("GitHub", "GitHub"), ("GitHub Enterprise", "GitHubEnterpriseServer")]
)
def test_a_push_to_github_starts_the_pipeline_by_its_connection(
    happenings: Happenings, moments: list[Moment], service: str, kind: str, provider: str
) -> None:
    connection = CONNECTION.replace("codeconnections", service)
    Account(happenings.emulator, PLACE.account, PLACE.region).create_connection(connection, provider)
    _delivering_rule(happenings.emulator, "approval", "a-build", PATTERN, allowed=[])
    start_by_connection(happenings, _on_github(connection, DetectChanges="true"), kind)
    assert [one.what for one in moments] == [
        "pushed to main of example/a-build: the connection 01234567-89ab-cdef-0123-456789abcdef starts a-build"
    ]


def test_a_push_to_github_that_would_start_nothing_or_twice_fails(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    with pytest.raises(RehearsalFailed, match="ResourceNotFound"):
        start_by_connection(happenings, _on_github(), "GitHub")
    created = emulator.client("codeconnections", PLACE.account, PLACE.region).create_connection(
        ConnectionName="pending", ProviderType="GitHub"
    )
    with pytest.raises(RehearsalFailed, match="its connection is PENDING"):
        start_by_connection(happenings, _on_github(created["ConnectionArn"]), "GitHub")
    Account(emulator, PLACE.account, PLACE.region).create_connection(CONNECTION, "GitHub")
    with pytest.raises(RehearsalFailed, match="its connection is one to GitHub"):
        start_by_connection(happenings, _on_github(), "GitHub Enterprise")
    with pytest.raises(RehearsalFailed, match="does not detect changes"):
        start_by_connection(happenings, _on_github(DetectChanges="false"), "GitHub")
    with pytest.raises(RehearsalFailed, match="it has triggers"):
        start_by_connection(happenings, {**_on_github(), "triggers": [{}]}, "GitHub")
    _delivering_rule(emulator, "push", "a-build", {"source": ["aws.codecommit"]}, allowed=[])
    with pytest.raises(RehearsalFailed, match="by its connection, and so does push"):
        start_by_connection(happenings, _on_github(), "GitHub")
    assert {one.outcome for one in moments} == {"failed"}


DELIVERY = "serving-deploy"


def _on_codecommit(emulator: Emulator, **files: bytes) -> dict[str, Any]:
    """A repository with files, the pipeline that reads it and the rule that starts it; the pipeline's description."""
    codecommit = emulator.client("codecommit", PLACE.account, PLACE.region)
    codecommit.create_repository(repositoryName=DELIVERY)
    puts = [{"filePath": path, "fileContent": content} for path, content in files.items()]
    codecommit.create_commit(repositoryName=DELIVERY, branchName="main", putFiles=puts)
    role = new_role(emulator, PLACE.account, DELIVERY, trusted={"Service": "codepipeline.amazonaws.com"})
    kind = {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"}
    configuration = {"RepositoryName": DELIVERY, "BranchName": "main"}
    source = {"name": "Source", "actionTypeId": kind, "configuration": configuration}
    build = {"name": "Build", "actionTypeId": {**kind, "category": "Build", "provider": "CodeBuild"}}
    pipeline = {
        "name": DELIVERY,
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [source]}, {"name": "Build", "actions": [build]}],
    }
    emulator.client("codepipeline", PLACE.account, PLACE.region).create_pipeline(pipeline=pipeline)
    pattern = {"source": ["aws.codecommit"], "detail": {"referenceName": ["main"]}}
    _delivering_rule(emulator, "push", DELIVERY, pattern, allowed=["codepipeline:StartPipelineExecution"])
    return pipeline


def test_a_push_changes_the_repository_and_starts_its_pipeline_as_the_role_of_the_rule(
    emulator: Emulator, happenings: Happenings, moments: list[Moment]
) -> None:
    pipeline = _on_codecommit(emulator, changed=b"1", gone=b"1", kept=b"1")
    push(happenings, "CodeCommit", pipeline, CodeCommitTip(), {"changed": b"2", "gone": None})
    codecommit = emulator.client("codecommit", PLACE.account, PLACE.region)
    files = codecommit.get_folder(repositoryName=DELIVERY, folderPath="/")["files"]
    assert {
        one["absolutePath"]: codecommit.get_file(repositoryName=DELIVERY, filePath=one["absolutePath"])["fileContent"]
        for one in files
    } == {"changed": b"2", "kept": b"1"}
    commit = codecommit.get_branch(repositoryName=DELIVERY, branchName="main")["branch"]["commitId"]
    assert [(one.role, one.what) for one in moments] == [
        ("administrator", f"told EventBridge of a push to main of {DELIVERY}: {commit[:8]}"),
        ("push-start", f"the rule push matches: started {DELIVERY}"),
    ]
