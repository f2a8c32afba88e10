"""The stack that the projects of one environment share; applied before any of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.codecommit_seeder import codecommit_seeder, seeder_asset
from sagemaker_templates.blocks.encryption import encryption_key, log_group, logs_may_encrypt
from sagemaker_templates.naming import FoundationNames, ProjectNames, partition_of
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings.model import Environment, Project
from sagemaker_templates.stacks.template_repositories import add_template_repositories
from sagemaker_templates.templates.registry import Template


def needs_foundation(projects: Sequence[Project]) -> bool:
    """Whether these projects of one environment share anything: the seeder, or template repositories."""
    return bool(projects)


def fill_foundation_stack(
    stack: Any, environment: Environment, projects: Sequence[Project], templates: Mapping[str, Template]
) -> list[Asset]:
    """Add what fills the repositories of these projects: the CodeCommit seeder, GitHub's template repositories.

    Returns:
        The files that must lie beside the stack's JSON.
    """
    elsewhere = [project for project in projects if project.repository.type != "CodeCommit"]
    assets = add_template_repositories(stack, environment, elsewhere, templates)
    if len(elsewhere) < len(projects):
        assets.append(_add_seeder(stack, environment, projects, templates))
    return assets


def _add_seeder(
    stack: Any, environment: Environment, projects: Sequence[Project], templates: Mapping[str, Template]
) -> Asset:
    """Add the CodeCommit seeder, its log group and their key; gives its archive."""
    names = FoundationNames(environment)
    key = encryption_key(
        stack,
        "foundation_key",
        alias=names.key_alias,
        description=f"Logs of what the projects of {environment.name} share",
        account_root=f"arn:{partition_of(environment.region)}:iam::{environment.account_id}:root",
        statements=[
            logs_may_encrypt(
                region=environment.region,
                log_group_arn=names.arn("logs", f"log-group:{names.seeder_log_group}"),
            )
        ],
        protect=environment.protect_data,
    )
    logs = log_group(
        stack,
        "seeder_logs",
        name=names.seeder_log_group,
        retention_days=environment.log_retention_days,
        key=key,
    )
    asset = seeder_asset({name: assemble(templates[name].seed) for name in _seeds_in_use(projects)})
    boundary = environment.permissions_boundary_name
    codecommit_seeder(
        stack,
        "seeder",
        names=names,
        asset=asset,
        log_group=logs,
        repositories=[names.repository for names in codecommit_projects(projects, templates)],
        permissions_boundary_arn=(
            f"arn:{partition_of(environment.region)}:iam::{environment.account_id}:policy/{boundary}"
            if boundary
            else None
        ),
    )
    return asset


def _seeds_in_use(projects: Sequence[Project]) -> list[str]:
    return sorted({project.template for project in projects if project.repository.type == "CodeCommit"})


def codecommit_projects(projects: Sequence[Project], templates: Mapping[str, Template]) -> list[ProjectNames]:
    """Names of the projects that have a repository on CodeCommit, in the order of their repositories."""
    found = [
        ProjectNames(project, templates[project.template].repository_suffix)
        for project in projects
        if project.repository.type == "CodeCommit"
    ]
    return sorted(found, key=lambda names: names.repository)
