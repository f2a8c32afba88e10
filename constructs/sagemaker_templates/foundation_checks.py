"""What an environment's foundation cannot hold although every file is right."""

from collections.abc import Iterator, Mapping

from sagemaker_templates.blocks.codecommit_seeder import most_repositories
from sagemaker_templates.naming import FoundationNames
from sagemaker_templates.settings.model import Configuration, Environment
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.stacks.foundation import codecommit_projects
from sagemaker_templates.templates.registry import Template


def objections(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Say which project is the first that an environment's CodeCommit seeder could have no right on."""
    for environment in configuration.environments:
        yield from _too_many(environment, configuration, templates)


def _too_many(
    environment: Environment, configuration: Configuration, templates: Mapping[str, Template]
) -> Iterator[Objection]:
    own = [project for project in configuration.projects if project.environment.name == environment.name]
    projects = codecommit_projects(own, templates)
    held = most_repositories(FoundationNames(environment), [names.repository for names in projects])
    if held < len(projects):
        message = (
            f"is one of {len(projects):,} projects of {environment.name} on CodeCommit, and the policies of the role "
            f"that fills their repositories have room for {held:,}; "
            "allowed for the others: GitHub, or another environment"
        )
        yield Objection(projects[held].project, "repository_type", message)
