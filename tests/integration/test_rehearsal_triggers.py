"""What starts a pipeline in AWS besides a push: an approval and a schedule, each by the rule that stands there."""

import json
from functools import partial

import pytest
from roles_on_emulator import new_role
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.report import Moment, Timeline
from sagemaker_templates.rehearsal.triggers import Happenings, RehearsalFailed

pytestmark = pytest.mark.emulator

PLACE = Place("111111111111", "us-east-1")
PIPELINE = "scoring-p-scoring01"
APPROVED = PLACE.approved(PLACE.arn("sagemaker", "model-package/group/2"), "group", 2)
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
