"""What a synthesis says of the protected things that an edit leaves behind."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import a_project, parameters
from sagemaker_templates.review.left_behind import left_behind
from sagemaker_templates.settings.model import Configuration, Project, Repository
from sagemaker_templates.stacks.synthesis import Synthesis
from sagemaker_templates.templates.registry import all_templates
from synthesized import rendered

CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef"
ON_GITHUB = Repository("GitHub", owner="example-org", codeconnection_arn=CONNECTION)
PREDICTS = parameters(
    "batch_inference", model_package_group_name="g", model_bucket_name="models", base_job_prefix="batch"
)


def _stacks(project: Project, folder: Path) -> dict[str, Path]:
    """The folders of the stacks of a project's environment."""
    configuration = Configuration((project.environment,), (project,))
    synthesis = Synthesis(configuration, all_templates(), folder, folder / "cdktf.out")
    return {path.name: path for path in rendered(synthesis, folder)}


def _said(folder: Path, stack: str = "dev-abalone", **edited: Any) -> list[str]:
    before = a_project()
    old, new = _stacks(before, folder / "old"), _stacks(replace(before, **edited), folder / "new")
    return left_behind(stack, json.loads((old[stack] / "cdk.tf.json").read_text()), new[stack])


def test_a_repository_that_moves_elsewhere_is_named_with_the_way_to_take_its_history_along(tmp_path: Path) -> None:
    (line,) = _said(tmp_path, repository=ON_GITHUB)
    assert line.startswith("dev-abalone: aws_codecommit_repository.repository (abalone-build) is left behind")
    assert "people's commits" in line
    assert "docs/github.md" in line


def test_each_thing_that_another_template_has_not_is_named(tmp_path: Path) -> None:
    said = _said(tmp_path, template="batch_inference", parameters=PREDICTS)
    assert [line.split()[1] for line in said] == [
        "aws_kms_key.pipeline_key",
        "aws_sagemaker_model_package_group.model_package_group",
    ]
    assert all("left behind" in line for line in said)


def test_what_loses_its_protection_in_the_same_edit_is_said_to_be_destroyed(tmp_path: Path) -> None:
    (line,) = _said(tmp_path, repository=ON_GITHUB, protect_data=False)
    assert "the next apply destroys it, with it people's commits" in line


def test_the_foundation_is_compared_too(tmp_path: Path) -> None:
    """It has no CodeCommit repository to fill any more."""
    (line,) = _said(tmp_path, "dev-foundation", repository=ON_GITHUB)
    assert line.split()[:2] == ["dev-foundation:", "aws_kms_key.foundation_key"]


def test_an_edit_that_leaves_nothing_behind_says_nothing(tmp_path: Path) -> None:
    assert _said(tmp_path, tags={"team": "risk"}, protect_data=False) == []


@pytest.mark.parametrize("before", [{}, {"resource": []}, {"resource": {"aws_s3_bucket": None}}])
def test_a_text_that_is_no_stack_is_compared_with_nothing(before: dict[str, Any], tmp_path: Path) -> None:
    assert left_behind("dev-abalone", before, _stacks(a_project(), tmp_path / "new")["dev-abalone"]) == []
