"""The names of the repositories that the stacks create."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.doctor.account import Refused
from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.hosts import NoToken, host, refusal
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.states import names_in_state
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown
from sagemaker_templates.naming import PROJECT_NAME_TAG, FoundationNames, ProjectNames
from sagemaker_templates.settings.model import Environment, Repository

_NOT_FOUND = 404


@dataclass(frozen=True)
class InCodeCommit:
    """A repository of CodeCommit.

    Attributes:
        stack: that makes it.
        project: whose it is.
    """

    name: str
    stack: str
    project: str
    arn: str


@dataclass(frozen=True)
class OnGitHub:
    """A repository on GitHub or an Enterprise Server: a project's, or one that projects are generated from."""

    name: str
    stack: str
    repository: Repository


@check(
    "CodeCommit answers here",
    source="https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListRepositories.html",
    rights=["codecommit:ListRepositories"],
)
def open_to_account(asked: Asked, _environment: Environment) -> Verdict:
    """Some accounts were refused their first repository for a time, and are told so when it is created: a list is the
    most that can be asked without creating one."""
    if asked.account.ask_all("codecommit", "list_repositories").get("repositories"):
        return passed("answers, and the account has repositories")
    return unknown("answers; whether the account may have a first repository is told when that is created")


@check(
    "the name in CodeCommit is free, or the project's own",
    source="https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetRepository.html",
    rights=["codecommit:GetRepository", "codecommit:ListTagsForResource", "s3:GetObject"],
)
def free_in_codecommit(asked: Asked, wanted: InCodeCommit) -> Verdict:
    """A repository that is there already is never taken over: Terraform stops at it, and leaves it alone."""
    try:
        asked.account.ask("codecommit", "get_repository", repositoryName=wanted.name)
    except Refused as refused:
        if refused.code == "RepositoryDoesNotExistException":
            return passed("the name is free")
        raise
    if wanted.name in (names_in_state(asked, wanted.stack, "aws_codecommit_repository", "repository_name") or ()):
        return passed("is there, and in the stack's state")
    tags = asked.account.ask("codecommit", "list_tags_for_resource", resourceArn=wanted.arn).get("tags", {})
    if tags.get(PROJECT_NAME_TAG) == wanted.project:
        return passed("is there, with the project's tags")
    return failed(
        "is there already, and no project's of that name",
        f"rename the project, or adopt it: terraform import aws_codecommit_repository.repository {wanted.name}",
    )


@check(
    "the name on GitHub is free, or the stack's own",
    source="https://docs.github.com/en/rest/repos/repos#get-a-repository",
    rights=["secretsmanager:GetSecretValue", "s3:GetObject", "kms:Decrypt"],
)
def free_on_github(asked: Asked, wanted: OnGitHub) -> Verdict:
    """GitHub refuses a second repository of one name, with 422; archived ones keep their names."""
    owner = str(wanted.repository.owner)
    try:
        reply = host(asked, wanted.repository).get("repos", owner, wanted.name)
    except NoToken as none:
        return none.verdict
    if reply.status == _NOT_FOUND:
        return passed("the name is free, as far as the token sees")
    if not reply.ok:
        return refusal(reply, "the repository")
    managed = names_in_state(asked, wanted.stack, "github_repository", "name")
    if managed is None:
        return unknown(
            f"is there; whether {wanted.stack} made it cannot be told, for its state cannot be read from here"
        )
    if wanted.name in managed:
        return passed("is there, and in the stack's state")
    archived = ", archived" if reply.content.get("archived") else ""
    return failed(
        f"is there already{archived}, and not in the state of {wanted.stack}",
        "adopt it (docs/github.md), rename or delete it, or rename the project",
    )


def _environment(site: Site) -> Iterator[Environment]:
    if any(_in_codecommit(site)):
        yield site.environment


def _in_codecommit(site: Site) -> Iterator[InCodeCommit]:
    for project in site.projects:
        if project.repository.type == "CodeCommit":
            names = ProjectNames(project, site.templates[project.template].repository_suffix)
            arn = names.arn("codecommit", names.repository)
            yield InCodeCommit(names.repository, names.stack, project.name, arn)


def _on_github(site: Site) -> Iterator[OnGitHub]:
    foundation = FoundationNames(site.environment)
    for project in site.projects:
        if project.repository.type != "CodeCommit":
            names = ProjectNames(project, site.templates[project.template].repository_suffix)
            where = _whereabouts(project.repository)
            yield OnGitHub(foundation.template_repository(project.template), foundation.stack, where)
            yield OnGitHub(names.repository, names.stack, where)


def _whereabouts(one: Repository) -> Repository:
    """What tells one host and owner from another, and how they are reached."""
    return Repository(
        type=one.type,
        owner=one.owner,
        base_url=one.base_url,
        access_token_secret_name=one.access_token_secret_name,
        app=one.app,
    )


CODECOMMIT: Topic[Environment] = Topic(
    "CodeCommit", _environment, lambda one: f"CodeCommit in {one.region}", (open_to_account,)
)
IN_CODECOMMIT: Topic[InCodeCommit] = Topic(
    "repositories in CodeCommit",
    _in_codecommit,
    lambda one: f"repository {one.name}",
    (free_in_codecommit,),
)
ON_GITHUB: Topic[OnGitHub] = Topic(
    "repositories on GitHub",
    _on_github,
    lambda one: f"repository {one.repository.owner}/{one.name}",
    (free_on_github,),
)
