"""Settings together with the templates and the names that they are checked against."""

from collections.abc import Iterator
from pathlib import Path

from sagemaker_templates.naming import name_problems
from sagemaker_templates.settings import Configuration, load
from sagemaker_templates.settings.model import Project
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.templates.registry import all_templates

_AVAILABLE_REPOSITORIES = ("CodeCommit",)


def load_configuration(environments: Path) -> Configuration:
    """Load ``environments/``; starts no Node.

    Raises:
        InvalidSettings: with every problem that was found.
    """
    return load(environments, all_templates(), name_checks=_checks, template_checks=_template_checks)


def _template_checks(configuration: Configuration) -> Iterator[Objection]:
    for name, template in all_templates().items():
        if template.checks:
            projects = [project for project in configuration.projects if project.template == name]
            yield from template.checks(projects, configuration)


def _checks(project: Project) -> Iterator[str]:
    yield from name_problems(project)
    if project.repository.type not in _AVAILABLE_REPOSITORIES:
        allowed = ", ".join(_AVAILABLE_REPOSITORIES)
        yield f'asks for repository-type "{project.repository.type}", which cannot be created yet; allowed: {allowed}'
