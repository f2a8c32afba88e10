"""What a synthesis says of the protected things that an edit leaves behind."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import a_project, parameters
from sagemaker_templates.review.left_behind import left_behind, left_behind_between
from sagemaker_templates.settings.model import Configuration, Project, Repository
from sagemaker_templates.stacks.synthesis import Synthesis
from sagemaker_templates.templates.registry import all_templates

CONNECTION = "arn:aws:codeconnections:us-east-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef"
ON_GITHUB = Repository("GitHub", owner="example-org", codeconnection_arn=CONNECTION)
PREDICTS = parameters(
    "batch_inference", model_package_group_name="g", model_bucket_name="models", base_job_prefix="batch"
)


def _texts(project: Project, folder: Path) -> tuple[str, str]:
    """A stack's JSON, and the removed blocks beside it."""
    configuration = Configuration((project.environment,), (project,))
    folders = Synthesis(configuration, all_templates(), folder, folder / "cdktf.out").write()
    removed = folders[-1] / "removed.tf"
    return (folders[-1] / "cdk.tf.json").read_text(), removed.read_text() if removed.exists() else ""


def _said(folder: Path, **edited: Any) -> list[str]:
    before = a_project()
    old, _ = _texts(before, folder)
    return left_behind("dev-abalone", old, *_texts(replace(before, **edited), folder))


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


def test_two_folders_are_compared_stack_by_stack(tmp_path: Path) -> None:
    for folder, changes in (("old", {}), ("new", {"repository": ON_GITHUB})):
        project = a_project(**changes)
        configuration = Configuration((project.environment,), (project,))
        Synthesis(configuration, all_templates(), tmp_path, tmp_path / folder).write()
    said = left_behind_between(tmp_path / "old", tmp_path / "new")
    # The foundation has no CodeCommit repository to fill any more.
    assert [line.split()[:2] for line in said] == [
        ["dev-abalone:", "aws_codecommit_repository.repository"],
        ["dev-foundation:", "aws_kms_key.foundation_key"],
    ]
    assert left_behind_between(tmp_path / "nothing", tmp_path / "new") == []


def test_an_edit_that_leaves_nothing_behind_says_nothing(tmp_path: Path) -> None:
    assert _said(tmp_path, tags={"team": "risk"}) == []
    assert _said(tmp_path, protect_data=False) == []


@pytest.mark.parametrize("other", ["", "{", "[]", '{"resource": []}'])
def test_a_text_that_is_no_stack_is_compared_with_nothing(other: str, tmp_path: Path) -> None:
    stack = json.dumps({"resource": {}})
    assert left_behind("dev-abalone", other, stack, "") == []
    assert left_behind("dev-abalone", stack, other, "") == []
