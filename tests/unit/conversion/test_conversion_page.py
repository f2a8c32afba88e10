"""The page's tables are what the conversion acts by."""

import pytest
from sagemaker_templates.conversion import page, tables
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.project_keys import STAGES, target_fields
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT

PAGE = ROOT / "docs" / "converting.md"
SEED = (
    "project-template-type",
    "sagemaker-project-name",
    "sagemaker-project-id",
    "repository-type",
    "repository-owner",
    "access-token-secret-name",
    "aws-codeconnection-arn",
    "sagemaker-domain-id",
    "sagemaker-domain-arn",
    "tags",
    "dev-vpc-id",
    "dev-subnet-ids",
    "dev-security-group-ids",
    "pre-prod-account-id",
    "pre-prod-region",
    "pre-prod-vpc-id",
    "pre-prod-subnet-ids",
    "pre-prod-security-group-ids",
    "prod-account-id",
    "prod-region",
    "prod-vpc-id",
    "prod-subnet-ids",
    "prod-security-group-ids",
    "enable-network-isolation",
    "encrypt-inter-container-traffic",
    "model-package-group-name",
    "model-bucket-name",
    "enable-manual-approval",
    "enable-eventbridge-trigger",
    "hf-access-token-secret",
    "hf-model-id",
    "base-job-prefix",
)
"""The inputs that the module's README lists."""


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page.page(text) == text, "out of date: make docs"


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="the page needs the lines"):
        page.page("# Converting\n")


@pytest.mark.parametrize("name", SEED)
def test_each_input_of_the_module_is_on_the_page(name: str) -> None:
    assert f"| `{name}` | " in page.tables()


def test_each_key_of_ours_that_a_table_names_exists() -> None:
    own = {field for template in all_templates().values() for field in template.parameters.model_fields}
    assert tables.COMMON.keys() <= ProjectKeys.model_fields.keys()
    assert {name for names in tables.OF_TEMPLATES.values() for name in names} <= own
    assert tables.OF_TEMPLATES.keys() == all_templates().keys()
    assert {stage for stage, _ in target_fields(()).values()} == set(STAGES)
