"""The stack of one stage of a deployment: what a project has in the stage's environment, account and state."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.naming import TargetNames
from sagemaker_templates.settings.model import Environment, Project, Target
from sagemaker_templates.stacks.outputs import add_outputs
from sagemaker_templates.templates.context import TargetContext
from sagemaker_templates.templates.registry import Template


@dataclass(frozen=True)
class Deployment:
    """One stage of a project that deploys."""

    project: Project
    target: Target

    @property
    def names(self) -> TargetNames:
        """The names of what it has there."""
        return TargetNames(self.project, self.target)


def deployments_to(environment: Environment, projects: Sequence[Project]) -> Iterator[Deployment]:
    """The stages that lie in an environment, of projects of any environment."""
    for project in projects:
        for target in project.stages:
            if target.name == environment.name:
                yield Deployment(project, target)


def fill_target_stack(
    stack: Any, deployment: Deployment, environment: Environment, template: Template
) -> list[Asset]:
    """Add everything that a project has in one stage to a stack of that stage's environment.

    Returns:
        The files that must lie beside the stack's JSON.
    """
    if template.build_target is None:
        raise ValueError(f"the template {template.name} does not deploy")
    context = TargetContext(stack, deployment.project, deployment.target, environment, deployment.names)
    assets: list[Asset] = template.build_target(context)
    add_outputs(stack, context.outputs)
    return assets
