"""The stack of one project: its template, and the template's outputs."""

from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.github_access import github_provider
from sagemaker_templates.stacks.outputs import add_outputs
from sagemaker_templates.templates.context import ProjectContext
from sagemaker_templates.templates.registry import Template


def fill_project_stack(stack: Any, project: Project, template: Template) -> list[Asset]:
    """Add everything that a project consists of to its stack.

    Returns:
        The files that must lie beside the stack's JSON.
    """
    if project.repository.type != "CodeCommit":
        github_provider(stack, project.repository)
    context = ProjectContext(stack, project, ProjectNames(project, template.repository_suffix))
    template.build(context)
    add_outputs(stack, context.outputs)
    return context.assets
