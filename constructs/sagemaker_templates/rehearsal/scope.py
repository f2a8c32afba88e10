"""Which project is rehearsed, and which stacks that needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.review.plan.selection import check_known
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates import batch_inference, model_deploy
from sagemaker_templates.templates.registry import all_templates

DEPLOYS = "model_deploy"
TRAINS = "xgboost_abalone"
PREDICTS = "batch_inference"
ALONE = (TRAINS, "hf_import_models", "finetune_llm_evaluation")
"""The templates whose projects can be rehearsed by themselves."""

USED = {PREDICTS: (TRAINS,), DEPLOYS: ALONE}
"""By template, those whose models its projects can be rehearsed with."""


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
    able = [each for each in here if _can_be_rehearsed(configuration, each)]
    if not able:
        raise WrongInput(f"{scope or 'environments'}: {_WHAT_CAN}; there is no such project here")
    return able[0]


_WHAT_CAN = (
    f"what can be rehearsed are projects of {', '.join(ALONE)}, and those that use the models of another project in "
    f"the same account, each time that one is approved: {DEPLOYS} those of each of them, {PREDICTS} those of {TRAINS}"
)


def _can_be_rehearsed(configuration: Configuration, project: Project) -> bool:
    return project.template in ALONE or training_for(configuration, project) is not None


def training_for(configuration: Configuration, project: Project) -> Project | None:
    """The project that trains, imports or tunes what another uses as soon as it is approved; None for none."""
    group, templates = _used_by(project), USED.get(project.template, ())
    here = (each for each in configuration.projects if each.template in templates and _place(each) == _place(project))
    return next((each for each in here if _group(each) == group), None)


def _used_by(project: Project) -> str | None:
    """The group whose approvals start a project."""
    if project.template == PREDICTS:
        return cast(batch_inference.Parameters, project.parameters).model_package_group_name
    if project.template == DEPLOYS:
        parameters = cast(model_deploy.Parameters, project.parameters)
        return parameters.model_package_group_name if parameters.enable_eventbridge_trigger else None
    return None


def _place(project: Project) -> tuple[str, str]:
    return project.environment.account_id, project.environment.region


def _group(project: Project) -> str:
    return ProjectNames(project, all_templates()[project.template].repository_suffix).model_package_group


def deploying(configuration: Configuration, project: Project) -> Project | None:
    """The first project of the same environment that deploys the models of this one's group."""
    group = _group(project)
    here = (each for each in configuration.projects if each.environment == project.environment)
    return next((each for each in here if each.template == DEPLOYS and _used_by(each) == group), None)


@dataclass(frozen=True)
class Cast:
    """The projects of a rehearsal.

    Attributes:
        chosen: the one that is rehearsed.
        training: the one that trains, imports or tunes its model; the chosen one, unless that uses another's.
        predicting: the chosen one, if it predicts whole files; None otherwise.
        deploying: the one that deploys that model: the chosen one, or one that follows it; None for none.
        undeployed: why there is none.
    """

    chosen: Project
    training: Project
    predicting: Project | None = None
    deploying: Project | None = None
    undeployed: str = ""

    @classmethod
    def of(cls, configuration: Configuration, chosen: Project) -> "Cast":
        """Those that a project is rehearsed with."""
        if training := training_for(configuration, chosen):
            if chosen.template == DEPLOYS:
                return cls(chosen, training, deploying=chosen)
            return cls(chosen, training, predicting=chosen)
        found = deploying(configuration, chosen)
        return cls(chosen, chosen, deploying=found, undeployed="no project of this environment deploys it")

    @property
    def everyone(self) -> list[Project]:
        """All of them."""
        return [one for one in (self.training, self.predicting, self.deploying) if one]


def with_what_it_needs(plans: Sequence[StackPlan], *projects: Project) -> list[StackPlan]:
    """The stacks to apply for some projects, in their order: their own, their targets', and those that these need."""
    wanted = {plan.name for plan in plans if plan.belongs_to in projects}
    for plan in reversed(plans):  # each comes after those that it needs
        if plan.name in wanted:
            wanted.update(plan.needs)
    return [plan for plan in plans if plan.name in wanted]
