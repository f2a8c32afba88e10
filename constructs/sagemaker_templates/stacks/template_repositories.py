"""The template repositories of one environment on GitHub: one per owner and template in use."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.template_repository import seed_assets, template_repository
from sagemaker_templates.naming import FoundationNames
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings.model import Environment, Project
from sagemaker_templates.stacks.github_access import github_provider, owner_alias
from sagemaker_templates.templates.registry import Template


def add_template_repositories(
    stack: Any, environment: Environment, projects: Sequence[Project], templates: Mapping[str, Template]
) -> list[Asset]:
    """Add a provider configuration for each owner of these projects, and the owner's template repositories.

    Args:
        projects: those whose repositories are on GitHub or GitHub Enterprise.

    Returns:
        The seeds' files, which must lie beside the stack's JSON.
    """
    used = sorted({project.template for project in projects})
    seeds = {name: seed_assets(name, assemble(templates[name].seed)) for name in used}
    for alias, group in groupby(sorted(projects, key=_alias), key=_alias):
        of_owner = list(group)
        provider = github_provider(stack, of_owner[0].repository, alias)
        for name in sorted({project.template for project in of_owner}):
            template_repository(
                stack,
                f"{alias}_{name}",
                name=FoundationNames(environment).template_repository(name),
                template=name,
                files=seeds[name],
                provider=provider,
                # A token that may not delete must suffice wherever one project is content with that.
                archive=any(project.repository.deletion == "archive" for project in of_owner),
                # A server without the alerts refuses them for each repository.
                vulnerability_alerts=all(project.repository.vulnerability_alerts for project in of_owner),
            )
    return [asset for assets in seeds.values() for asset in assets]


def _alias(project: Project) -> str:
    return owner_alias(project.repository)
