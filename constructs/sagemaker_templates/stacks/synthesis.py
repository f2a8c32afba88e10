"""From settings to a folder of Terraform JSON: every stack in one process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.assets import FOLDER, Asset
from sagemaker_templates.blocks.protection import (
    KEPT_IN_FOUNDATIONS,
    KEPT_IN_PROJECTS,
    KEPT_IN_TARGETS,
    REMOVED_TF,
    let_go,
    removed_blocks,
)
from sagemaker_templates.naming import FoundationNames, ProjectNames
from sagemaker_templates.output_folder.ownership import mark
from sagemaker_templates.output_folder.whereabouts import Whereabouts
from sagemaker_templates.providers import cdktf
from sagemaker_templates.settings.model import Configuration, Environment, Project, Repository
from sagemaker_templates.stacks.base import new_stack
from sagemaker_templates.stacks.foundation import fill_foundation_stack, needs_foundation
from sagemaker_templates.stacks.project import fill_project_stack
from sagemaker_templates.stacks.target import Deployment, deployments_to, fill_target_stack
from sagemaker_templates.stacks.whereabouts import planned_whereabouts
from sagemaker_templates.templates.model_sources import Makers, ModelSource
from sagemaker_templates.templates.registry import Template

REQUIRED_TERRAFORM = ">= 1.11"
"""S3 locking and ephemeral values (https://developer.hashicorp.com/terraform/language/backend/s3)."""

# Its own file: in cdk.tf.json it breaks checkov's parser, which then reports success, and `cdktf synth --hcl`.
_VERSIONS_TF = f'terraform {{\n  required_version = "{REQUIRED_TERRAFORM}"\n}}\n'

_CONTEXT = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}


@dataclass(frozen=True)
class StackPlan:
    """One stack to come.

    Attributes:
        name: of the stack, and of its folder.
        environment: that it belongs to.
        project: whose own stack it is; None for a foundation and for a target.
        deployment: what a target's stack is for.
        needs: names of the stacks that must be applied before this one.
    """

    name: str
    environment: Environment
    project: Project | None = None
    deployment: Deployment | None = None
    needs: tuple[str, ...] = ()

    @property
    def belongs_to(self) -> Project | None:
        """The project that the stack is a part of, its own or a target's; None for a foundation."""
        return self.deployment.project if self.deployment else self.project

    @property
    def protects_data(self) -> bool:
        """Whether what holds people's work in the stack refuses to be destroyed."""
        project = self.belongs_to
        return project.protects_data_in(self.environment) if project else self.environment.protect_data


def planned_stacks(configuration: Configuration, templates: Mapping[str, Template]) -> list[StackPlan]:
    """The stacks of a configuration, each after those that it needs.

    Foundations come before the projects that need them, projects that take models after those that register them,
    and projects that deploy last, after their targets in all environments: pipelines run as soon as they exist.
    """
    makers = Makers.among(configuration.projects, templates)
    plans = [
        plan
        for environment in configuration.environments
        for plan in _of(environment, configuration, templates, makers)
    ]
    return sorted(plans, key=lambda plan: _turn(plan, templates))


def _turn(plan: StackPlan, templates: Mapping[str, Template]) -> int:
    """Which comes first of two stacks of one environment, or of two."""
    if plan.project is None:
        return 0
    return 2 if _deploys(plan.project, templates) else int(isinstance(plan.project.parameters, ModelSource))


def _of(
    environment: Environment, configuration: Configuration, templates: Mapping[str, Template], makers: Makers
) -> Iterator[StackPlan]:
    projects = _projects(configuration, environment)
    foundation = FoundationNames(environment).stack
    if needs_foundation(projects):
        yield StackPlan(foundation, environment)
    for deployment in deployments_to(environment, _deploying(configuration, templates)):
        yield StackPlan(deployment.names.stack, environment, deployment=deployment)
    for project in projects:
        suffix = templates[project.template].repository_suffix
        needs = (foundation, *_maker(project, makers), *_targets(project, templates))
        yield StackPlan(ProjectNames(project, suffix).stack, environment, project, needs=needs)


def _maker(project: Project, makers: Makers) -> Iterator[str]:
    """The stack of the project here whose models a project takes."""
    if maker := makers.of(project):
        yield ProjectNames(maker).stack


def _targets(project: Project, templates: Mapping[str, Template]) -> Iterator[str]:
    """The stacks that a project's deployments go through."""
    if _deploys(project, templates):
        for target in project.stages:
            yield Deployment(project, target).names.stack


def _deploying(configuration: Configuration, templates: Mapping[str, Template]) -> list[Project]:
    return [project for project in configuration.projects if _deploys(project, templates)]


def _deploys(project: Project, templates: Mapping[str, Template]) -> bool:
    return templates[project.template].build_target is not None


def _projects(configuration: Configuration, environment: Environment) -> list[Project]:
    return [project for project in configuration.projects if project.environment.name == environment.name]


@dataclass(frozen=True)
class Synthesis:
    """One run: what is synthesized, and where to.

    Attributes:
        project_folder: holds ``environments/``.
        output: where the stacks will lie.
    """

    configuration: Configuration
    templates: Mapping[str, Template]
    project_folder: Path
    output: Path

    def render(self, folder: Path, progress: Callable[[str], None] = lambda stack: None) -> list[StackPlan]:
        """Write to an empty folder what belongs in ``output``.

        Returns:
            What was written.
        """
        plans = planned_stacks(self.configuration, self.templates)
        app = cdktf.App(outdir=str(folder), context=_CONTEXT)
        beside: dict[str, _Beside] = {}
        for plan in plans:
            progress(plan.name)
            beside[plan.name] = self._add(app, plan)
        app.synth()
        for plan in plans:
            _write_beside(folder / "stacks" / plan.name, beside[plan.name])
        mark(folder)
        return plans

    def whereabouts(self) -> dict[str, Whereabouts]:
        """Where each stack will be, without a synthesis."""
        return {
            plan.name: planned_whereabouts(
                plan.name,
                plan.environment,
                self._on_github(plan),
                endpoint=plan.deployment.names.endpoint_state if plan.deployment else None,
                shared=plan.project is None,
                project_folder=self.project_folder,
                stack_folder=self._folder(plan),
            )
            for plan in planned_stacks(self.configuration, self.templates)
        }

    def _on_github(self, plan: StackPlan) -> list[Repository]:
        """The repositories whose owners the stack has a GitHub provider for."""
        if plan.deployment:
            return []
        projects = [plan.project] if plan.project else _projects(self.configuration, plan.environment)
        return [project.repository for project in projects if project.repository.type != "CodeCommit"]

    def _folder(self, plan: StackPlan) -> Path:
        return self.output / "stacks" / plan.name

    def _add(self, app: Any, plan: StackPlan) -> "_Beside":
        stack = self._new_stack(app, plan)
        assets = self._fill(stack, plan)
        return _Beside(assets, let_go(stack, _kept(plan, self.templates)) if plan.protects_data else ())

    def _new_stack(self, app: Any, plan: StackPlan) -> Any:
        return new_stack(
            app,
            plan.name,
            environment=plan.environment,
            tags=_tags(plan, self.templates),
            project_folder=self.project_folder,
            stack_folder=self._folder(plan),
        )

    def _fill(self, stack: Any, plan: StackPlan) -> list[Asset]:
        if plan.deployment:
            template = self.templates[plan.deployment.project.template]
            return fill_target_stack(stack, plan.deployment, plan.environment, template)
        if plan.project is None:
            projects = _projects(self.configuration, plan.environment)
            return fill_foundation_stack(stack, plan.environment, projects, self.templates)
        return fill_project_stack(stack, plan.project, self.templates[plan.project.template])


def _kept(plan: StackPlan, templates: Mapping[str, Template]) -> frozenset[str]:
    """Every address that may be protected in the stack: a project can be given any template, and had any."""
    if plan.deployment:
        return KEPT_IN_TARGETS.union(*(template.keeps_in_targets for template in templates.values()))
    if plan.project is None:
        return KEPT_IN_FOUNDATIONS
    return KEPT_IN_PROJECTS.union(*(template.keeps for template in templates.values()))


def _tags(plan: StackPlan, templates: Mapping[str, Template]) -> Mapping[str, str]:
    if plan.deployment:
        return plan.deployment.names.tags
    if plan.project is None:
        return FoundationNames(plan.environment).tags
    return ProjectNames(plan.project, templates[plan.project.template].repository_suffix).tags


@dataclass(frozen=True)
class _Beside:
    """What lies beside a stack's JSON: files that it names, and what Terraform is to forget."""

    assets: Sequence[Asset]
    let_go: Sequence[str]


def _write_beside(folder: Path, beside: _Beside) -> None:
    (folder / "versions.tf").write_text(_VERSIONS_TF, encoding="utf-8")
    if beside.let_go:
        (folder / REMOVED_TF).write_text(removed_blocks(beside.let_go), encoding="utf-8")
    for asset in beside.assets:
        path = folder / FOLDER / asset.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(asset.content)
