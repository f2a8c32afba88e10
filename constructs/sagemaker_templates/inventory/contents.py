"""What a configuration holds: chosen by environment, as a tree for people and as data for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.inventory import facts, model_paths
from sagemaker_templates.inventory.model_paths import ModelPath
from sagemaker_templates.inventory.picture import Fact, environment_tree, stack_picture
from sagemaker_templates.review.plan.selection import check_known
from sagemaker_templates.settings.model import Configuration, Environment, Project
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import Template

Data = dict[str, Any]


@dataclass(frozen=True)
class Contents:
    """What a configuration holds, or one of its environments.

    Attributes:
        stacks: all of them, each after those that it needs.
        chosen: the names of the environments that are told of.
    """

    configuration: Configuration
    templates: Mapping[str, Template]
    stacks: tuple[StackPlan, ...]
    chosen: tuple[str, ...]

    @property
    def environments(self) -> Iterator[Environment]:
        """The environments that are told of."""
        return (each for each in self.configuration.environments if each.name in self.chosen)

    @property
    def paths(self) -> Iterator[ModelPath]:
        """The groups that their projects fill or read."""
        for path in model_paths.model_paths(self.configuration.projects, self.templates):
            around = [*path.takers, *([path.maker] if path.maker else [])]
            if any(project.environment.name in self.chosen for project in around):
                yield path

    def stacks_of(self, environment: Environment) -> list[StackPlan]:
        """The stacks of one environment: what is shared, its projects, then its stages of projects that deploy."""
        here = [plan for plan in self.stacks if plan.environment.name == environment.name]
        return sorted(here, key=lambda plan: plan.deployment is not None)


def contents(
    configuration: Configuration, templates: Mapping[str, Template], environment: str | None = None
) -> Contents:
    """Find what there is; of one environment, where one is named.

    Raises:
        WrongInput: there is no such environment.
    """
    names = tuple(each.name for each in configuration.environments)
    if environment is not None:
        check_known("environment", environment, names)
        names = (environment,)
    return Contents(configuration, templates, tuple(planned_stacks(configuration, templates)), names)


def as_trees(found: Contents) -> Iterator[Tree]:
    """A tree for each environment, and one of where models go if any do."""
    for environment in found.environments:
        tree = environment_tree(environment)
        stacks = found.stacks_of(environment)
        for plan in stacks:
            tree.add(_stack_picture(plan, found))
        if not stacks:
            tree.add(Text("no stack: no project is in it, and none is deployed to it"))
        yield tree
    paths = model_paths.as_tree(found.paths, found.templates)
    if paths:
        yield paths


def as_data(found: Contents) -> Data:
    """The same for programs; keys stay, others may be added."""
    return {
        "environments": [_environment_data(environment, found) for environment in found.environments],
        "model-paths": [_path_data(path) for path in found.paths],
    }


def _stack_picture(plan: StackPlan, found: Contents) -> Group:
    address = facts.repository_address(facts.names_of(plan.project, found.templates)) if plan.project else None
    return stack_picture(plan, found.templates, _facts(plan, found), address)


def _facts(plan: StackPlan, found: Contents) -> Iterator[Fact]:
    if plan.project:
        yield "project id", [plan.project.id]
        if plan.project.team:
            yield "team", [plan.project.team]
        yield from _of_project(plan.project, found.templates)
    elif not plan.deployment:
        shared = list(facts.template_repositories(plan.environment, found.configuration.projects))
        if shared:
            yield "templates", shared
    yield "state", [facts.state_address(plan.environment, plan.name)]
    if plan.deployment:
        names = plan.deployment.names
        yield "endpoint", [names.endpoint]
        yield "its state", [facts.state_address(plan.environment, names.endpoint_state)]


def _of_project(project: Project, templates: Mapping[str, Template]) -> Iterator[Fact]:
    filled, taken = model_paths.group_filled_by(project, templates), model_paths.group_taken_from(project)
    if filled:
        readers = ", ".join(facts.readers_of(project))
        yield "models", [f"registered in {filled}", *([f"readable in {readers}"] if readers else [])]
    if taken:
        yield "models", [f"taken from {taken}"]
    stages = facts.stages_of(project, templates)
    if stages:
        yield "endpoints", [names.endpoint for names in stages]


def _environment_data(environment: Environment, found: Contents) -> Data:
    projects = [each for each in found.configuration.projects if each.environment.name == environment.name]
    return {
        "name": environment.name,
        "account-id": environment.account_id,
        "region": environment.region,
        "promotes-to": list(environment.promotes_to),
        "template-repositories": list(facts.template_repositories(environment, projects)),
        "projects": [_project_data(project, found.templates) for project in projects],
        "stacks": [_stack_data(plan) for plan in found.stacks_of(environment)],
    }


def _project_data(project: Project, templates: Mapping[str, Template]) -> Data:
    names, filled = facts.names_of(project, templates), model_paths.group_filled_by(project, templates)
    return {
        "name": project.name,
        "id": project.id,
        "team": project.team,
        "template": project.template,
        "stack": names.stack,
        "repository": {
            "type": project.repository.type,
            "name": names.repository,
            "address": facts.repository_address(names),
        },
        "registers-models-in": filled,
        "promotes-to": [target.name for target in project.targets],
        "models-readable-in": facts.readers_of(project) if filled else [],
        "takes-models-from": model_paths.group_taken_from(project),
        "stages": [
            {
                "environment": stage.target.name,
                "account-id": stage.account_id,
                "region": stage.region,
                "stack": stage.stack,
                "endpoint": stage.endpoint,
            }
            for stage in facts.stages_of(project, templates)
        ],
    }


def _stack_data(plan: StackPlan) -> Data:
    endpoint = plan.deployment.names.endpoint_state if plan.deployment else None
    return {
        "name": plan.name,
        "kind": "stage" if plan.deployment else "project" if plan.project else "foundation",
        "project": _path_of(plan.belongs_to) if plan.belongs_to else None,
        "state": facts.state_address(plan.environment, plan.name),
        "endpoint-state": facts.state_address(plan.environment, endpoint) if endpoint else None,
        "needs": list(plan.needs),
    }


def _path_data(path: ModelPath) -> Data:
    return {
        "group": path.group,
        "account-id": path.account_id,
        "region": path.region,
        "bucket": path.bucket or None,
        "filled-by": _path_of(path.maker) if path.maker else None,
        "read-by": [_path_of(taker) for taker in path.takers],
    }


def _path_of(project: Project) -> str:
    """A project as commands take it: ``ENV/PROJECT``."""
    return f"{project.environment.name}/{project.name}"
