"""Keys without effect: what a project's file says in vain is no mistake, since files may be shared, but is noticed.

What an environment says under ``defaults`` is for projects of all kinds, so that nothing of it is noticed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from sagemaker_templates.settings.files import TargetKeys
from sagemaker_templates.settings.model import Configuration, Project
from sagemaker_templates.settings.networks import FIELDS as NETWORK
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.templates.registry import Template


def notices(configuration: Configuration, templates: Mapping[str, Template]) -> Iterator[Objection]:
    """Every key that makes nothing in a project, whether its file holds it or not."""
    for project in configuration.projects:
        if not project.repository.branch_protection:
            message = "has no effect: branch-protection is false, so that no pull request is needed"
            yield Objection(project, "required_reviews", message)
        without_effect = templates[project.template].without_effect
        if without_effect:
            yield from without_effect(project)


def of_no_deployment(project: Project) -> Iterator[Objection]:
    """The keys of a template whose models others deploy: of a stage its account counts alone, which may read them."""
    message = f"has no effect: {project.template} deploys to no stage"
    yield Objection(project, "cross_account_external_id", message)
    for target in project.targets:
        # A stage that the project alone describes needs its region as well as its account.
        region = ("region",) if target.name in project.promoted_to else ()
        yield from (Objection(project, field, message, target=target.name) for field in (*NETWORK, *region))


def of_no_promotion(project: Project) -> Iterator[Objection]:
    """The keys of a template whose results stay in their account."""
    message = f"has no effect: {project.template} deploys to no stage and promotes nothing"
    yield from (Objection(project, field, message) for field in ("cross_account_external_id", "promotes_to"))
    for target in project.targets:
        yield from (Objection(project, field, message, target=target.name) for field in TargetKeys.model_fields)


def of_own_network(project: Project) -> Iterator[Objection]:
    """The network of the project's own environment, of a template whose jobs are in none of the account's."""
    message = f"has no effect: jobs of {project.template} run in SageMaker's own network"
    yield from (Objection(project, field, message, target=project.environment.name) for field in NETWORK)


def of_unnarrowed_network(project: Project) -> Iterator[Objection]:
    """The owner of the own environment's network, of a template that has the rights of jobs to it and no others."""
    message = "has no effect: AWS lets the rights of jobs in a VPC name no subnet, and so no owner of one"
    yield Objection(project, "vpc_owner_account_id", message, target=project.environment.name)


def of_all(*kinds: Callable[[Project], Iterable[Objection]]) -> Callable[[Project], Iterator[Objection]]:
    """The keys of several kinds, of a template that has them all."""
    return lambda project: chain.from_iterable(kind(project) for kind in kinds)
