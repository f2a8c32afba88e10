"""Which project is rehearsed, and which stacks that needs."""

from collections.abc import Sequence
from typing import cast

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.review.plan.selection import check_known
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.model_deploy import Parameters
from sagemaker_templates.templates.registry import all_templates

DEPLOYS = "model_deploy"
REHEARSED = ("xgboost_abalone",)
"""The templates whose projects can be rehearsed."""


def chosen_project(configuration: Configuration, scope: str | None) -> Project:
    """The project that ``ENV/PROJECT`` names, or the first that can be rehearsed in ``ENV``, or of all.

    Raises:
        WrongInput: there is none, or it cannot be rehearsed.
    """
    environment, _, name = (scope or "").partition("/")
    if environment:
        check_known("environment", environment, [each.name for each in configuration.environments])
    here = [each for each in configuration.projects if not environment or each.environment.name == environment]
    if name:
        check_known(f"project in {environment}", name, [each.name for each in here])
        here = [each for each in here if each.name == name]
    able = [each for each in here if _can_be_rehearsed(each)]
    if not able:
        raise WrongInput(f"{scope or 'environments'}: {_WHAT_CAN}; there is no such project here")
    return able[0]


_WHAT_CAN = f"what can be rehearsed are projects of {', '.join(REHEARSED)} with a repository on CodeCommit"


def _can_be_rehearsed(project: Project) -> bool:
    return project.template in REHEARSED and project.repository.type == "CodeCommit"


def deploying(configuration: Configuration, project: Project) -> Project | None:
    """The first project of the same environment that deploys the models of this one's group, on CodeCommit too."""
    group = ProjectNames(project, all_templates()[project.template].repository_suffix).model_package_group
    here = (each for each in configuration.projects if each.environment == project.environment)
    return next((each for each in here if _deploys(each, group)), None)


def _deploys(project: Project, group: str) -> bool:
    if project.template != DEPLOYS or project.repository.type != "CodeCommit":
        return False
    parameters = cast(Parameters, project.parameters)
    return parameters.model_package_group_name == group and parameters.enable_eventbridge_trigger


def with_what_it_needs(plans: Sequence[StackPlan], *projects: Project) -> list[StackPlan]:
    """The stacks to apply for some projects, in their order: their own, their targets', and those that these need."""
    wanted = {plan.name for plan in plans if plan.belongs_to in projects}
    for plan in reversed(plans):  # each comes after those that it needs
        if plan.name in wanted:
            wanted.update(plan.needs)
    return [plan for plan in plans if plan.name in wanted]
