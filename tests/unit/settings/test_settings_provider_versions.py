"""A constraint on the AWS provider admits versions that the stacks work with, and no others."""

import pytest
from sagemaker_templates.settings.files import EnvironmentKeys
from sagemaker_templates.settings.provider_versions import problem


@pytest.mark.parametrize(
    "constraint",
    [
        EnvironmentKeys.model_fields["aws_provider_version"].default,
        *(
            "~> 5.100",
            "~> 5.100.0",
            "~> 6.1",
            "6.25.0",
            "= 6.0.0-beta1",
            "5.100",
            ">=6.2,<6.9",
            "!= 6.3, >= 5.100, < 7",
        ),
    ],
)
def test_what_the_stacks_work_with_is_taken(constraint: str) -> None:
    assert problem(constraint) is None


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("~> 6", 'admits 7.0.0 too, and the stacks work with >= 5.100, < 7; add "< 7"'),
        ("> 5.100", 'admits 7.0.0 too, and the stacks work with >= 5.100, < 7; add "< 7"'),
        (">= 5, < 7", 'admits 5.0.0 too, and the stacks work with >= 5.100, < 7; add ">= 5.100"'),
        ("<= 6.4", 'admits 4.999.999 too, and the stacks work with >= 5.100, < 7; add ">= 5.100"'),
        ("~> 5.99.0", "admits no version that serves; the stacks work with >= 5.100, < 7"),
        ("7", "admits no version that serves; the stacks work with >= 5.100, < 7"),
        (">= 6, < 5", "admits no version at all; the stacks work with >= 5.100, < 7"),
    ],
)
def test_what_admits_other_versions_is_told_with_one_of_them(constraint: str, message: str) -> None:
    assert problem(constraint) == message
