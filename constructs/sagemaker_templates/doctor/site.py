"""What is looked at: an environment, and what the stacks in it will need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sagemaker_templates.naming import partition_of
from sagemaker_templates.review.plan.selection import check_known
from sagemaker_templates.settings.model import Configuration, Environment, Network, Project
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.stacks.target import Deployment
from sagemaker_templates.templates.registry import Template


@dataclass(frozen=True)
class Site:
    """An environment with those of its stacks that are asked about.

    Attributes:
        projects: whose own stacks are in the environment.
        deployments: stages of projects, of whichever environment, that are in it.
        neighbours: every project of the configuration, for what they make for each other.
    """

    environment: Environment
    projects: tuple[Project, ...]
    deployments: tuple[Deployment, ...]
    neighbours: tuple[Project, ...]
    templates: Mapping[str, Template]

    @property
    def partition(self) -> str:
        """The partition of the environment's region."""
        return partition_of(self.environment.region)

    def networks(self) -> Iterator[tuple[Network, Template]]:
        """The networks with a VPC that jobs or endpoints will run in, each with the template whose those are."""
        # A project that deploys runs nothing but its endpoints, each in the network of its stage.
        own = [one for one in self.projects if self.templates[one.template].build_target is None]
        used = [(one.network, self.templates[one.template]) for one in own]
        used += [(one.target.network, self.templates[one.project.template]) for one in self.deployments]
        yield from (one for one in used if one[0].vpc_id and one[1].asks_from_vpc)


def sites(configuration: Configuration, templates: Mapping[str, Template], scope: str | None) -> list[Site]:
    """The environments that ``ENV`` or ``ENV/PROJECT`` names, each with its stacks; all of them without a scope.

    Raises:
        WrongInput: there is no such environment or project.
    """
    name, slash, project = (scope or "").partition("/")
    if scope is not None:
        check_known("environment", name, [one.name for one in configuration.environments])
    chosen = [one for one in configuration.environments if scope is None or one.name == name]
    plans = planned_stacks(configuration, templates)
    found = []
    for environment in chosen:
        here = [plan for plan in plans if plan.environment.name == environment.name]
        if slash:
            here = _of_project(here, project, environment)
        found.append(_site(environment, here, configuration, templates))
    return found


def _of_project(plans: Sequence[StackPlan], name: str, environment: Environment) -> list[StackPlan]:
    known = {plan.belongs_to.name for plan in plans if plan.belongs_to}
    check_known(f"project in {environment.name}", name, known)
    return [plan for plan in plans if plan.belongs_to and plan.belongs_to.name == name]


def _site(
    environment: Environment,
    plans: Sequence[StackPlan],
    configuration: Configuration,
    templates: Mapping[str, Template],
) -> Site:
    return Site(
        environment,
        projects=tuple(plan.project for plan in plans if plan.project),
        deployments=tuple(plan.deployment for plan in plans if plan.deployment),
        neighbours=configuration.projects,
        templates=templates,
    )
