"""The example at the top of the project: all templates, put together so that it would work on real accounts."""

from collections.abc import Mapping

import pytest
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

CONFIGURATION = load_configuration(ROOT / "environments")
IN_DEV: Mapping[str, Project] = {
    project.template: project for project in CONFIGURATION.projects if project.environment.name == "dev"
}


def test_nothing_is_said_in_vain() -> None:
    assert CONFIGURATION.notices == ()


def test_dev_has_a_project_of_each_template() -> None:
    assert sorted(IN_DEV) == sorted(all_templates())


def test_the_deploying_project_goes_to_each_environment_in_turn() -> None:
    assert [stage.name for stage in IN_DEV["model_deploy"].stages] == ["dev", "pre-prod", "prod"]
    targets = [plan.name for plan in planned_stacks(CONFIGURATION, all_templates()) if plan.deployment]
    assert targets == ["dev-serving-target", "pre-prod-serving-target", "prod-serving-target"]


@pytest.mark.parametrize("template", ["batch_inference", "model_deploy"])
def test_models_are_taken_from_where_abalone_leaves_them(template: str) -> None:
    """By names that are computed here as its own stack computes them."""
    maker, parameters = ProjectNames(IN_DEV["xgboost_abalone"]), IN_DEV[template].parameters.model_dump()
    assert parameters["model_package_group_name"] == maker.model_package_group
    assert parameters["model_bucket_name"] == maker.artifact_bucket


def test_each_file_begins_with_its_schema_and_a_word_on_what_it_is_for() -> None:
    for file in (ROOT / "environments").glob("*/projects/*.yaml"):
        schema, purpose, *_ = file.read_text().splitlines()
        assert schema.startswith("# yaml-language-server: $schema=../../../constructs/"), file
        assert purpose.startswith("# "), file
        assert purpose.endswith("."), file
