"""A push to a repository behind a connection: the pipeline that names both is started by the connection itself.

No rule of EventBridge and no role is in between
(https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html).
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from sagemaker_templates.rehearsal.events import targeting
from sagemaker_templates.rehearsal.repository import source_of
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings

_KINDS = {"GitHub": "GitHub", "GitHub Enterprise": "GitHubEnterpriseServer"}
"""A connection's type by a repository's."""


def start_by_connection(happenings: Happenings, pipeline: Mapping[str, Any], kind: str) -> None:
    """Let a push to the branch happen that the pipeline's source action names.

    Args:
        pipeline: the delivery pipeline's definition.
        kind: of the repository, as settings have it.

    Raises:
        RehearsalFailed: the pipeline would not start, or not once.
    """
    configuration, name = source_of(pipeline)["configuration"], pipeline["name"]
    connection = str(configuration["ConnectionArn"])
    if problem := _problem(pipeline, configuration) or _not_ready(happenings, connection, kind):
        happenings.fail(ADMINISTRATOR, f"a push does not start {name}: {problem}")
    if rules := targeting(happenings.emulator, happenings.place, happenings.place.arn("codepipeline", name)):
        happenings.fail(ADMINISTRATOR, f"a push starts {name} by its connection, and so does {', '.join(rules)}")
    pushed = f"pushed to {configuration['BranchName']} of {configuration['FullRepositoryId']}"
    happenings.note(ADMINISTRATOR, f"{pushed}: the connection {connection.rpartition('/')[2]} starts {name}")


def _problem(pipeline: Mapping[str, Any], configuration: Mapping[str, str]) -> str:
    """Why the pipeline does not look; empty if it does."""
    if configuration.get("DetectChanges", "true") != "true":
        return "its source action does not detect changes"
    # Of a pipeline with triggers only what these say starts it.
    return "it has triggers, which the rehearsal does not know" if pipeline.get("triggers") else ""


def _not_ready(happenings: Happenings, connection: str, kind: str) -> str:
    """Why the connection tells it nothing; empty if it does."""
    place, service = happenings.place, connection.split(":")[2]
    try:
        client = happenings.emulator.client(service, place.account, place.region)
        found = client.get_connection(ConnectionArn=connection)["Connection"]
    except ClientError as error:
        return str(error)
    if found["ConnectionStatus"] != "AVAILABLE":
        return f"its connection is {found['ConnectionStatus']}"
    return "" if found["ProviderType"] == _KINDS[kind] else f"its connection is one to {found['ProviderType']}"
