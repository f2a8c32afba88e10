"""Where models go: from the group that a project registers them in to those that take them from it."""

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.settings.model import Project

REGISTERED_IN = "model_package_group_name"
"""The output of a project that registers models, and the parameter of one that takes them from another's group."""


def group_taken_from(project: Project) -> str | None:
    """The model package group whose models a project takes; None where it takes none."""
    return getattr(project.parameters, REGISTERED_IN, None)


def model_paths(results: Sequence[RolledOut]) -> Tree | None:
    """The groups that another project takes models from; None where there are none."""
    tree = Tree(Text("Where models go", style="bold"), guide_style="dim")
    for result in results:
        takers = [other for other in results if REGISTERED_IN in result.outputs and _takes(other, result)]
        if takers:
            group = Text(f"{result.outputs[REGISTERED_IN]}, filled by {result.plan.name}", overflow="fold")
            branch = tree.add(group)
            for taker in takers:
                branch.add(_taker(taker))
    return tree if tree.children else None


def _takes(taker: RolledOut, maker: RolledOut) -> bool:
    """Groups are named within an account and region."""
    project, here, there = taker.plan.project, taker.plan.environment, maker.plan.environment
    return (
        project is not None
        and group_taken_from(project) == maker.outputs[REGISTERED_IN]
        and (here.account_id, here.region) == (there.account_id, there.region)
    )


def _taker(result: RolledOut) -> Group:
    project = result.plan.project
    lines = [Text(f"{result.plan.name}  {project.template if project else ''}", overflow="fold")]
    if project and "endpoint_names" in result.outputs:
        stages = " -> ".join(f"{stage.name} ({stage.account_id})" for stage in project.stages)
        lines.append(Text(stages, overflow="fold"))
    return Group(*lines)
