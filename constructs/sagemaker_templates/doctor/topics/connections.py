"""The connection through which AWS reads repositories that are not its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.doctor.account import Refused, Reply
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown
from sagemaker_templates.settings.model import Repository
from sagemaker_templates.settings.repositories import host as host_of

_TYPES = {"GitHub": "GitHub", "GitHub Enterprise": "GitHubEnterpriseServer"}
"""What AWS calls the kind of a connection, by that of a repository."""
_PENDING = "complete it in the AWS console: Developer Tools → Settings → Connections → Update pending connection"


@dataclass(frozen=True)
class Connection:
    """A connection, and what it must lead to."""

    arn: str
    repository: Repository

    @property
    def service(self) -> str:
        """Which of its two names the service has in the ARN."""
        return self.arn.split(":")[2]

    @property
    def region(self) -> str:
        """Where it is: not always the environment's region."""
        return self.arn.split(":")[3]


def _ask(asked: Asked, connection: Connection) -> Reply:
    answer = asked.account.ask(
        connection.service, "get_connection", in_region=connection.region, ConnectionArn=connection.arn
    )
    found: Reply = answer["Connection"]
    return found


_RIGHTS = ["codeconnections:GetConnection", "codestar-connections:GetConnection"]


@check(
    "the connection is there and available",
    source="https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html",
    rights=_RIGHTS,
    decides=True,
)
def available(asked: Asked, connection: Connection) -> Verdict:
    """A new connection is pending until a person completes it in the console; the pipeline's first stage fails until
    then."""
    try:
        found = _ask(asked, connection)
    except Refused as refused:
        if refused.code == "ResourceNotFoundException":
            return failed("there is no such connection", "create one in the console, put its ARN into the settings")
        raise
    status = found["ConnectionStatus"]
    if status != "AVAILABLE":
        return failed(f"is {status}", _PENDING)
    return passed(f"{found['ConnectionName']} is available")


@check(
    "the connection is of the host's kind",
    source="https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-create-gheserver.html",
    rights=[*_RIGHTS, "codeconnections:GetHost", "codestar-connections:GetHost"],
)
def right_kind(asked: Asked, connection: Connection) -> Verdict:
    """GitHub and an Enterprise Server have connections of different kinds, and one to a server knows that server
    alone."""
    found, wanted = _ask(asked, connection), _TYPES[connection.repository.type]
    if found["ProviderType"] != wanted:
        return failed(f"is one to {found['ProviderType']}", f"create one of the type {wanted}")
    if connection.repository.base_url is None or "HostArn" not in found:
        return passed(f"is one to {wanted}")
    server = asked.account.ask(connection.service, "get_host", in_region=connection.region, HostArn=found["HostArn"])
    given, address = host_of(connection.repository), str(server.get("ProviderEndpoint", "")).rstrip("/").lower()
    if address != given:
        return failed(f"leads to {address}", f"create one whose host is {given}, or mend github-base-url")
    return passed(f"leads to {address}")


@check(
    "the connection serves the repository's owner",
    source="https://docs.aws.amazon.com/codepipeline/latest/userguide/connections-github.html",
    rights=["codepipeline:ListPipelines", "codepipeline:GetPipeline", "codepipeline:ListPipelineExecutions"],
)
def right_owner(asked: Asked, connection: Connection) -> Verdict:
    """AWS's app is installed with one owner, and AWS does not tell with whom: what can be told is which repositories
    pipelines of this account have read through the connection."""
    owner = str(connection.repository.owner)
    read = sorted(_owners_read(asked, connection.arn))
    if owner.lower() in (one.lower() for one in read):
        return passed(f"a pipeline has read a repository of {owner} through it")
    others = f"; pipelines have read those of {', '.join(read)} through it" if read else ""
    return unknown(
        f"AWS does not tell whose repositories it serves{others}",
        f"it must have been made with the installation of AWS's app at {owner} (console: Connections → Edit)",
    )


def _owners_read(asked: Asked, arn: str) -> Iterator[str]:
    for pipeline in asked.account.ask_all("codepipeline", "list_pipelines").get("pipelines", []):
        name = pipeline["name"]
        stages = asked.account.ask("codepipeline", "get_pipeline", name=name)["pipeline"]["stages"]
        actions = (action["configuration"] for action in stages[0]["actions"])
        owners = {
            action["FullRepositoryId"].partition("/")[0]
            for action in actions
            if action.get("ConnectionArn") == arn and "FullRepositoryId" in action
        }
        # What it has read once, it could read: a source action without success has no revision.
        if owners and _has_read(asked, name):
            yield from owners


def _has_read(asked: Asked, pipeline: str) -> bool:
    answer = asked.account.ask("codepipeline", "list_pipeline_executions", pipelineName=pipeline)
    return any(one.get("sourceRevisions") for one in answer.get("pipelineExecutionSummaries", []))


def _connections(site: Site) -> Iterator[Connection]:
    for project in site.projects:
        if project.repository.codeconnection_arn and project.repository.type != "CodeCommit":
            yield Connection(project.repository.codeconnection_arn, _without_options(project.repository))


def _without_options(repository: Repository) -> Repository:
    """What tells one host and owner from another, so that projects that share them are asked about once."""
    return Repository(type=repository.type, owner=repository.owner, base_url=repository.base_url)


TOPIC: Topic[Connection] = Topic(
    "connections",
    _connections,
    lambda one: f"connection {one.arn.rpartition('/')[2]} to {one.repository.owner}",
    (available, right_kind, right_owner),
)
