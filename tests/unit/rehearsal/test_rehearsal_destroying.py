"""What is to be destroyed loses its protection, and nothing else does."""

from pathlib import Path

from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.rehearsal.destroying import unprotected
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates

SHIPPED = load_configuration(Path(__file__).parents[3] / "environments")


def test_the_stacks_of_some_projects_and_their_foundation_are_unprotected_and_keep_their_names() -> None:
    here = [each for each in SHIPPED.projects if each.environment.name == "dev"]
    projects = [each for each in here if each.name in ("abalone", "serving")]

    before = planned_stacks(SHIPPED, all_templates())
    after = planned_stacks(unprotected(SHIPPED, projects), all_templates())

    assert [plan.name for plan in after] == [plan.name for plan in before]
    assert {plan.name for plan in after if not plan.protects_data} >= {
        "dev-foundation",
        "dev-abalone",
        "dev-serving",
        "dev-serving-target",
        "pre-prod-serving-target",
        "prod-serving-target",
    }
    elsewhere = {plan.name for plan in after if plan.environment.name != "dev" and not plan.protects_data}
    assert elsewhere == {"pre-prod-serving-target", "prod-serving-target"}


def test_the_settings_that_were_given_stay_as_they_are() -> None:
    unprotected(SHIPPED, SHIPPED.projects)

    assert all(environment.protect_data for environment in SHIPPED.environments)
