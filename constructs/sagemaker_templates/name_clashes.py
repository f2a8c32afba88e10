"""Names that would be made twice: of stacks, states and resources, of everybody who makes any, compared in one place.

That two projects have one name is said before, by ``settings.uniqueness``, which needs no more than the name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sagemaker_templates.naming import (
    GITHUB_REPOSITORY,
    IAM_ROLE,
    S3_BUCKET,
    FoundationNames,
    Limit,
    ProjectNames,
    TargetNames,
)
from sagemaker_templates.settings import repositories
from sagemaker_templates.settings.model import Configuration, Environment, Project, Target
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.settings.spelling import quoted
from sagemaker_templates.templates.registry import Template

_NAME = "sagemaker_project_name"
_STACK = "stack"
_FOUNDATION, _PROJECT, _STAGE = range(3)

Scope = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Maker:
    """Who makes names: an environment's foundation, a project's own stack, or a stage of one that deploys.

    Attributes:
        description: "the project "a" of dev", to end a sentence.
        rank: of two makers, the one with the greater rank is told.
        project: at whose line it is told.
    """

    description: str
    rank: int
    project: Project

    def is_of(self, project: Project) -> bool:
        """Whether it is a part of a project; a foundation is told at the line of one, and is of none."""
        return self.rank != _FOUNDATION and self.project is project


@dataclass(frozen=True)
class Name:
    """A name, what it is of, and where it may stand once: with all names of the same scope it must differ."""

    scope: Scope
    kind: str
    text: str


def objections(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Say which names two makers would make, once for each maker that has to give way."""
    made = list(_made(configuration, templates))
    makers: dict[tuple[Scope, str], list[Maker]] = {}
    for maker, name in made:
        makers.setdefault((name.scope, name.text), []).append(maker)
    yield from _logs_of_themselves(configuration, templates)
    told: set[Maker] = set()
    for maker, name in made:
        other = _before(maker, makers[name.scope, name.text], name)
        if other and maker not in told:
            told.add(maker)
            whose = "another part of it" if other.is_of(maker.project) else other.description
            message = f'{quoted(maker.project.name)} makes the {name.kind} "{name.text}", as {whose} does'
            yield Objection(maker.project, _NAME, message)


def _logs_of_themselves(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """A bucket that receives its own access logs grows by each log that is written."""
    environments = {environment.name: environment for environment in configuration.environments}
    for project in configuration.projects:
        stages = project.stages if templates[project.template].build_target else ()
        for bucket, logs in _buckets(project, stages, environments):
            if (logs or "").rpartition(":")[2] == bucket:
                own = f'access logs go to "{bucket}", a bucket of the project itself'
                yield Objection(project, "s3_access_logs_bucket_arn", f"{own}; allowed: one that other stacks make")
                break


def _buckets(
    project: Project, stages: Iterable[Target], environments: Mapping[str, Environment]
) -> Iterator[tuple[str, str | None]]:
    """A project's buckets, each with the ARN of the one that receives its access logs."""
    names, given = ProjectNames(project), project.s3_access_logs_bucket_arn
    yield names.artifact_bucket, given
    yield names.pipeline_bucket, given
    for stage in stages:
        elsewhere = stage.name != project.environment.name and stage.name in environments
        logs = environments[stage.name].s3_access_logs_bucket_arn if elsewhere else given
        yield TargetNames(project, stage).capture_bucket, logs


def _before(maker: Maker, makers: list[Maker], name: Name) -> Maker | None:
    """Whom a maker has to give way to; of two stages each gives way, since none is the first."""
    for other in makers:
        if other is maker:
            if maker.rank == _PROJECT:  # of two projects the later one gives way
                return None
        elif other.rank <= maker.rank and not _said_already(maker, other, name):
            return other
    return None


def _said_already(one: Maker, other: Maker, name: Name) -> bool:
    """Whether ``settings.uniqueness``, or ``settings.repositories`` of GitHub, says so of two projects."""
    if (one.rank, other.rank) != (_PROJECT, _PROJECT):
        return False
    stacks = {ProjectNames(maker.project).stack for maker in (one, other)}
    named = {(maker.project.environment.account_id, maker.project.name) for maker in (one, other)}
    return len(stacks) == 1 or len(named) == 1 or name.kind == GITHUB_REPOSITORY.kind


def _made(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[tuple[Maker, Name]]:
    for environment in configuration.environments:
        projects = [project for project in configuration.projects if project.environment.name == environment.name]
        if projects:
            maker = Maker(f"the foundation of {environment.name}", _FOUNDATION, projects[0])
            yield from ((maker, name) for name in _of_foundation(environment, projects))
    for project in configuration.projects:
        template = templates[project.template]
        described = f"the project {quoted(project.name)} of {project.environment.name}"
        maker = Maker(described, _PROJECT, project)
        yield from ((maker, name) for name in _of_project(ProjectNames(project, template.repository_suffix)))
        for target in project.stages if template.build_target else ():
            stage = Maker(described, _STAGE, project)
            yield from ((stage, name) for name in _of_stage(TargetNames(project, target)))


def _of_foundation(environment: Environment, projects: list[Project]) -> Iterator[Name]:
    names = FoundationNames(environment)
    yield Name((_STACK,), _STACK, names.stack)
    for limit, text in names.derived():
        yield _resource(limit, text, environment.account_id, environment.region)
    for project in projects:
        if project.repository.type != "CodeCommit":
            yield _on_github(project, names.template_repository(project.template))


def _of_project(names: ProjectNames) -> Iterator[Name]:
    environment = names.project.environment
    yield Name((_STACK,), _STACK, names.stack)
    for limit, text in names.derived():
        if limit is not GITHUB_REPOSITORY:
            yield _resource(limit, text, environment.account_id, environment.region)
    if names.project.repository.type != "CodeCommit":
        yield _on_github(names.project, names.repository)


def _of_stage(names: TargetNames) -> Iterator[Name]:
    own = names.project.environment
    yield Name((_STACK,), _STACK, names.stack)
    # It lies beside the states of the stacks, under a name as theirs are.
    yield Name((_STACK,), "state", names.endpoint_state)
    for limit, text in names.derived():
        yield _resource(limit, text, names.target.account_id, names.region)
    for limit, text in names.derived_for_pipeline():
        yield _resource(limit, text, own.account_id, own.region)


def _resource(limit: Limit, text: str, account: str, region: str) -> Name:
    if limit is S3_BUCKET:
        return Name((limit.kind,), limit.kind, text)
    if limit is IAM_ROLE:
        return Name((limit.kind, account), limit.kind, text)
    return Name((limit.kind, account, region), limit.kind, text)


def _on_github(project: Project, text: str) -> Name:
    wanted = project.repository
    scope = (GITHUB_REPOSITORY.kind, repositories.host(wanted), (wanted.owner or "").lower())
    return Name(scope, GITHUB_REPOSITORY.kind, text)
