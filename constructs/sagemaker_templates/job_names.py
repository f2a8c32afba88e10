"""How the names of projects' jobs begin: a role's rights end there, so no project's may begin as another's do.

A role may start and stop what begins with its project's prefix and a hyphen: that of ``churn`` reaches the jobs of
``churn-train`` too (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sagemaker_templates.naming import TargetNames
from sagemaker_templates.settings.model import Configuration, Project
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.settings.spelling import quoted
from sagemaker_templates.templates.registry import Template

_NAME = "sagemaker_project_name"
JOBS = "jobs"
MODELS = "models"


@dataclass(frozen=True)
class _Beginning:
    """What a project may touch: all of one kind, in an account and region, that begins with a text and a hyphen."""

    kind: str
    account: str
    region: str
    text: str
    project: Project
    field: str


def objections(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Say whose jobs or models another project's role would reach, once for each project that has to give way."""
    taken: dict[tuple[str, str, str, str], _Beginning] = {}
    own = list(_beginnings(configuration, templates))
    for one in own:
        taken.setdefault((one.kind, one.account, one.region, one.text), one)
    told: list[Project] = []
    for one in own:
        other = _reaching(one, taken)
        if other and not any(project is one.project for project in told):
            told.append(one.project)
            yield Objection(one.project, one.field, _message(one, other))


def _reaching(one: _Beginning, taken: Mapping[tuple[str, str, str, str], _Beginning]) -> _Beginning | None:
    parts = one.text.split("-")
    for count in range(1, len(parts) + 1):
        other = taken.get((one.kind, one.account, one.region, "-".join(parts[:count])))
        if other and other.project is not one.project and not _both_endpoints(one, other):
            return other
    return None


def _both_endpoints(one: _Beginning, other: _Beginning) -> bool:
    """Whether ``deployment_checks`` says it of the endpoints themselves."""
    return one.kind == MODELS and one.field == other.field == _NAME


def _message(one: _Beginning, other: _Beginning) -> str:
    owner = f"the project {quoted(other.project.name)} of {other.project.environment.name}"
    return (
        f'{quoted(one.text)} begins the names of {one.kind} as "{other.text}" does, with which those of {owner} '
        "begin: its role would reach these; choose one that begins otherwise"
    )


def _beginnings(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[_Beginning]:
    for project in configuration.projects:
        template, environment = templates[project.template], project.environment
        if template.build_target:
            for target in project.stages:
                text = TargetNames(project, target).endpoint
                yield _Beginning(MODELS, target.account_id, target.region, text, project, _NAME)
            continue
        field = template.job_prefix_field
        text = getattr(project.parameters, field) if field else project.name
        for kind in (JOBS, MODELS) if field else (JOBS,):
            where = environment.account_id, environment.region
            yield _Beginning(kind, *where, text, project, field or _NAME)
