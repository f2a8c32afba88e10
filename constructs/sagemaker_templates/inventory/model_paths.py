"""Where models go: from the group that a project registers them in to the projects that take them from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import Template

REGISTERED_IN = "model_package_group_name"
"""The output of a project that registers models, and the parameter of one that takes them from another's group."""
MAKER = "model_project"
"""The parameter that names such a project."""
LIES_IN = "model_bucket_name"
"""The parameter that names the bucket of that group's models."""


@dataclass(frozen=True)
class ModelPath:
    """One model package group; groups are named within an account and region.

    Attributes:
        bucket: that its models lie in.
        maker: who registers models in it; None where no project of the configuration does.
        takers: who takes models from it.
    """

    group: str
    account_id: str
    region: str
    bucket: str
    maker: Project | None
    takers: tuple[Project, ...] = ()


def group_taken_from(project: Project) -> str | None:
    """The model package group whose models a project takes; None where it takes none."""
    return getattr(project.parameters, REGISTERED_IN, None)


def bucket_taken_from(project: Project) -> str:
    """The bucket that a project which takes models reads them from; "" where its template does not say."""
    return str(getattr(project.parameters, LIES_IN, ""))


def group_filled_by(project: Project, templates: Mapping[str, Template]) -> str | None:
    """The model package group that a project registers models in; None where it registers none."""
    return ProjectNames(project).model_package_group if templates[project.template].registers_models else None


def model_paths(projects: Iterable[Project], templates: Mapping[str, Template]) -> list[ModelPath]:
    """Every group that one of the projects fills or reads: those that are filled here come first, in their order."""
    found: dict[tuple[str, str, str], ModelPath] = {}
    projects = list(projects)
    for project in projects:
        if group := group_filled_by(project, templates):
            bucket = ProjectNames(project).artifact_bucket
            found[_key(project, group)] = ModelPath(*_key(project, group), bucket, project)
    for project in projects:
        if group := group_taken_from(project):
            key = _key(project, group)
            path = found.get(key, ModelPath(*key, bucket_taken_from(project), None))
            found[key] = ModelPath(*key, path.bucket, path.maker, (*path.takers, project))
    return list(found.values())


def as_tree(paths: Iterable[ModelPath], templates: Mapping[str, Template]) -> Tree | None:
    """The groups with those that read them; None where there are no groups."""
    tree = Tree(Text("Where models go", style="bold"), guide_style="dim")
    for path in paths:
        filled = f"filled by {_stack(path.maker)}" if path.maker else "filled by no project here"
        branch = tree.add(Text(f"{path.group}, {filled}", overflow="fold"))
        for taker in path.takers:
            branch.add(_taker(taker, templates[taker.template]))
        if not path.takers:
            branch.add(Text("read by no project here"))
    return tree if tree.children else None


def _key(project: Project, group: str) -> tuple[str, str, str]:
    return group, project.environment.account_id, project.environment.region


def _stack(project: Project) -> str:
    return ProjectNames(project).stack


def _taker(project: Project, template: Template) -> Group:
    lines = [Text(f"{_stack(project)}  {project.template}", overflow="fold")]
    if template.build_target:
        stages = " -> ".join(f"{stage.name} ({stage.account_id})" for stage in project.stages)
        lines.append(Text(stages, overflow="fold"))
    return Group(*lines)
