"""Whose models a project takes: those of a project here, named, or those of a group and a bucket that are typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from pydantic import Field

from sagemaker_templates.blocks.approved_models import ApprovedModels
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.completion import Around, Completed
from sagemaker_templates.settings.fields import BucketName, ModelPackageGroupName, ProjectName
from sagemaker_templates.settings.model import Configuration, Project, TemplateParameters
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.settings.spelling import did_you_mean, nearest, quoted
from sagemaker_templates.templates.registry import Template

_TYPED = ("model_package_group_name", "model_bucket_name")


class ModelSource(TemplateParameters):
    """Parameters of a template that takes approved models of another project."""

    alternatives = (("model_project",), _TYPED)

    model_project: ProjectName | None = Field(
        default=None,
        description="The project of the same environment whose latest approved model is taken.",
    )
    model_package_group_name: ModelPackageGroupName | None = Field(
        default=None,
        description="The model package group whose latest approved model is taken: one of this account.",
    )
    model_bucket_name: BucketName | None = Field(
        default=None,
        description="The bucket that the models of that group lie in; the project's roles may read it.",
    )

    @property
    def models(self) -> ApprovedModels:
        """The group and the bucket: every project of a configuration has both."""
        group, bucket = (getattr(self, field) for field in _TYPED)
        return ApprovedModels(group, bucket)

    def taken_from(self, models: ApprovedModels) -> Self:
        """The same, with group and bucket."""
        found = {"model_package_group_name": models.model_package_group_name, "model_bucket_name": models.bucket}
        return self.model_copy(update=found)


Place = tuple[str, str]
"""An account and a region: models are taken from no others than the project's own."""


@dataclass(frozen=True)
class Makers:
    """The projects that register models, and where each of them keeps them."""

    projects: Sequence[Project]

    @classmethod
    def among(cls, projects: Sequence[Project], templates: Mapping[str, Template]) -> "Makers":
        """Those whose template registers models."""
        return cls([project for project in projects if templates[project.template].registers_models])

    @cached_property
    def named(self) -> Mapping[tuple[str, str], Project]:
        """By their environment and name."""
        return {(project.environment.name, project.name): project for project in self.projects}

    @cached_property
    def filling(self) -> Mapping[tuple[Place, str], Project]:
        """By the group that they register models in."""
        return {(_place(project), models_of(project).model_package_group_name): project for project in self.projects}

    @cached_property
    def keeping(self) -> Mapping[tuple[Place, str], Project]:
        """By the bucket that they keep models in."""
        return {(_place(project), models_of(project).bucket): project for project in self.projects}

    def of(self, taker: Project) -> Project | None:
        """The one whose models a project takes; None where it takes none, or some that are made elsewhere."""
        if not isinstance(taker.parameters, ModelSource):
            return None
        return self.filling.get((_place(taker), taker.parameters.models.model_package_group_name))


def models_of(maker: Project) -> ApprovedModels:
    """Where a project that registers models does so, and keeps them."""
    names = ProjectNames(maker)
    return ApprovedModels(names.model_package_group, names.artifact_bucket)


def _place(project: Project) -> Place:
    return project.environment.account_id, project.environment.region


def completed(around: Around, templates: Mapping[str, Template]) -> Iterator[Completed]:
    """Each project with the group and the bucket of the one that it names."""
    makers = Makers.among(around.projects, templates)
    return (_completed(project, makers, around) for project in around.projects)


def _completed(project: Project, makers: Makers, around: Around) -> Completed:
    parameters = project.parameters
    if not isinstance(parameters, ModelSource):
        return project
    if parameters.model_project is None:
        return project if all(getattr(parameters, field) for field in _TYPED) else None
    wanted = (project.environment.name, parameters.model_project)
    if maker := makers.named.get(wanted):
        return replace(project, parameters=parameters.taken_from(models_of(maker)))
    return None if around.may_be_wrong(*wanted) else _unknown(parameters.model_project, project, makers, around)


def _unknown(name: str, taker: Project, makers: Makers, around: Around) -> Objection:
    environment = taker.environment.name
    here = sorted(one for place, one in makers.named if place == environment)
    other = next((one for one in around.projects if (one.environment.name, one.name) == (environment, name)), None)
    if other:
        message = f"{quoted(name)} registers no models: it is a project of {other.template}"
    else:
        message = f"{quoted(name)} is no project of {environment}"
    allowed = f"; allowed: {', '.join(here)}" if here else f"; no project of {environment} registers models"
    return Objection(taker, "model_project", message + allowed + did_you_mean(name, here))


def objections(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Say which typed names do not go together with what the projects here make."""
    makers = Makers.among(configuration.projects, templates)
    for taker, typed in _typed(configuration):
        filling = makers.filling.get((_place(taker), typed.model_package_group_name))
        keeping = makers.keeping.get((_place(taker), typed.bucket))
        if filling and filling is not keeping:
            yield _other_bucket(taker, typed.bucket, filling)
        elif not filling and not keeping:
            yield from _of_another_account(taker, typed, makers)
    for taker in configuration.projects:
        maker = makers.of(taker) if templates[taker.template].build_target else None
        if maker:
            yield from _unreadable(taker, maker)


def _unreadable(taker: Project, maker: Project) -> Iterator[Objection]:
    """The stages of a deployment that its models are not for: bucket, key and group name the readers' accounts."""
    readers = {target.account_id for target in maker.stages}
    for stage in taker.stages:
        if stage.account_id not in readers:
            goes = ", ".join(target.name for target in maker.targets) or "none"
            message = (
                f"{quoted(taker.name)} deploys to {stage.name}, whose account {stage.account_id} may not read the "
                f"models of {maker.name}, which promotes to {goes}; allowed: {stage.name} in promotes-to of "
                f"{maker.name} as well"
            )
            yield Objection(taker, "promotes_to", message)


def _typed(configuration: Configuration) -> Iterator[tuple[Project, ApprovedModels]]:
    """The projects that name group and bucket themselves."""
    for project in configuration.projects:
        if isinstance(project.parameters, ModelSource) and project.parameters.model_project is None:
            yield project, project.parameters.models


def _of_another_account(taker: Project, typed: ApprovedModels, makers: Makers) -> Iterator[Objection]:
    """A bucket's name is one account's only, whichever its region."""
    maker = next((one for (_, bucket), one in makers.keeping.items() if bucket == typed.bucket), None)
    if maker:
        (account, region), (own, own_region) = _place(maker), _place(taker)
        message = (
            f"{quoted(typed.bucket)} is the bucket of {maker.name} of {maker.environment.name}, in the account "
            f"{account} and {region}; allowed: one of this project's, {own} and {own_region}"
        )
        yield Objection(taker, "model_bucket_name", message)


def _other_bucket(taker: Project, wrong: str, maker: Project) -> Objection:
    message = (
        f"{quoted(wrong)} does not go together with model-package-group-name, which is that of {maker.name}; "
        f'allowed: "{models_of(maker).bucket}"; or model-project: {maker.name} in place of both'
    )
    return Objection(taker, "model_bucket_name", message)


def notices(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Notice typed groups that no project here fills, but nearly.

    It may be misspelt; or it is there, and its project is not here, or has another id now and left it behind.
    """
    makers = Makers.among(configuration.projects, templates)
    groups: dict[Place, dict[str, str]] = {}
    for (place, group), maker in makers.filling.items():
        groups.setdefault(place, {})[group] = maker.name
    for taker, typed in _typed(configuration):
        wrong, near = typed.model_package_group_name, groups.get(_place(taker), {})
        meant = None if wrong in near else nearest(wrong, near)
        if meant:
            message = (
                f"{quoted(wrong)} is no group that a project here fills; if that of {near[meant]} is meant: "
                f'"{meant}", or model-project: {near[meant]}'
            )
            yield Objection(taker, "model_package_group_name", message)
