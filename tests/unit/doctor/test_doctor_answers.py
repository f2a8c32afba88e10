"""What the emulator never answers, and AWS does: replies in the form of the services' own models."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from builders import a_project, an_environment
from sagemaker_templates.doctor.contract import Topic
from sagemaker_templates.doctor.examination import Examination
from sagemaker_templates.doctor.git_host import git_host
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.topics import connections, state
from sagemaker_templates.doctor.verdict import Status, Verdict
from sagemaker_templates.settings.model import Project, Repository, S3State
from sagemaker_templates.templates.registry import all_templates

ACCOUNT, REGION = "111111111111", "us-east-1"
CONNECTION = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/0b1c2d3e-0000-4000-8000-000000000000"
Stubs = Mapping[str, Callable[[Stubber], None]]


def _verdicts(topic: Topic[Any], stubs: Stubs, *projects: Project, **environment: Any) -> dict[str, Verdict]:
    """What comes of a topic where services answer so."""
    clients: dict[str, Any] = {}
    session: Any = boto3.Session("of", "nobody", region_name=REGION)
    for service, answer in stubs.items():
        client = session.client(service)
        stubber = Stubber(client)
        answer(stubber)
        stubber.activate()
        clients[service] = client
    site = Site(an_environment(**environment), projects, (), projects, all_templates())
    examination = Examination(lambda _role, _region: lambda service, _r: clients[service], git_host, topics=[topic])
    return {one.check: one.verdict for one in examination.findings([site])}


def _connection(stubber: Stubber) -> None:
    found = {
        "ConnectionName": "ours",
        "ConnectionArn": CONNECTION,
        "ProviderType": "GitHub",
        "ConnectionStatus": "AVAILABLE",
    }
    stubber.add_response("get_connection", {"Connection": found}, {"ConnectionArn": CONNECTION})


def _pipeline(repository: str, *, has_run: bool) -> Callable[[Stubber], None]:
    kind = {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"}
    configuration = {"ConnectionArn": CONNECTION, "FullRepositoryId": repository, "BranchName": "main"}
    action = {"name": "Source", "actionTypeId": kind, "configuration": configuration}
    pipeline = {"name": "p", "roleArn": "arn:aws:iam::1:role/r", "stages": [{"name": "Source", "actions": [action]}]}
    revision = {"actionName": "Source", "revisionId": "0a1b2c3d"}
    summary = {"pipelineExecutionId": "1", "sourceRevisions": [revision] if has_run else []}

    def answer(stubber: Stubber) -> None:
        stubber.add_response("list_pipelines", {"pipelines": [{"name": "p"}]})
        stubber.add_response("get_pipeline", {"pipeline": pipeline}, {"name": "p"})
        stubber.add_response("list_pipeline_executions", {"pipelineExecutionSummaries": [summary]})

    return answer


@pytest.mark.parametrize(
    ("repository", "has_run", "status", "says"),
    [
        ("example-org/other", True, Status.PASSED, "a pipeline has read a repository of example-org through it"),
        ("example-org/other", False, Status.UNKNOWN, "AWS does not tell whose repositories it serves"),
        ("somebody/other", True, Status.UNKNOWN, "pipelines have read those of somebody through it"),
    ],
)
def test_a_connection_serves_those_whose_code_a_pipeline_has_read_through_it(
    repository: str, has_run: bool, status: Status, says: str
) -> None:
    project = a_project(repository=Repository("GitHub", owner="example-org", codeconnection_arn=CONNECTION))
    stubs = {"codeconnections": _connection, "codepipeline": _pipeline(repository, has_run=has_run)}
    verdict = _verdicts(connections.TOPIC, stubs, project)["the connection serves the repository's owner"]
    assert verdict.status is status
    assert says in verdict.says


def _head(region: str, *, ours: bool) -> Callable[[Stubber], None]:
    def answer(stubber: Stubber) -> None:
        stubber.add_response("head_bucket", {"BucketRegion": region}, {"Bucket": "example-tfstate"})
        if not ours:
            stubber.add_client_error("head_bucket", "403", http_status_code=403)

    return answer


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (_head("eu-west-1", ours=True), "is in eu-west-1, not in us-east-1"),
        (_head(REGION, ours=False), f"belongs to another account than {ACCOUNT}"),
    ],
)
def test_a_bucket_that_lets_itself_be_seen_may_be_elsewhere_or_another_accounts(
    answer: Callable[[Stubber], None], says: str
) -> None:
    verdicts = _verdicts(state.TOPIC, {"s3": answer}, state=S3State("example-tfstate", "ml", REGION))
    (verdict,) = verdicts.values()
    assert (verdict.status, verdict.says) == (Status.FAILED, says)


def test_a_key_that_is_not_there_is_told() -> None:
    def no_key(stubber: Stubber) -> None:
        stubber.add_client_error("describe_key", "NotFoundException", "Alias alias/x is not found.", 400)

    def bucket(stubber: Stubber) -> None:
        stubber.add_response("head_bucket", {"BucketRegion": REGION})
        stubber.add_response("head_bucket", {"BucketRegion": REGION})
        stubber.add_response("get_bucket_versioning", {"Status": "Enabled"})

    known = S3State("example-tfstate", "ml", REGION, kms_key_id="alias/x")
    verdict = _verdicts(state.TOPIC, {"s3": bucket, "kms": no_key}, state=known)["the key of the states can be used"]
    assert (verdict.status, verdict.says) == (Status.FAILED, "there is no key alias/x")
