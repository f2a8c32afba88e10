"""Every shipped environment is created by real Terraform on the emulator, as it is reviewed, and removed again.

Nothing is changed in what is synthesized: the emulator is reached through AWS_ENDPOINT_URL alone.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.operations.terraform import TerraformError
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from site_on_emulator import Site, apply_and_plan_again, destroy

SHIPPED = Path(__file__).parents[2] / "environments"
ENVIRONMENTS = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_is_applied_stays_as_planned_is_protected_and_can_be_destroyed(
    make_site: Callable[[Path], Site], name: str
) -> None:
    site = make_site(SHIPPED)
    plans = site.of(name)
    for plan in plans:
        apply_and_plan_again(site.terraform(plan))
    _assert_destroy_is_refused(site, plans[0])
    for plan, project in _projects(plans):
        site.assert_seeded(project)
        _assert_work_survives(site, plan, project)
        _assert_destroy_is_refused(site, plan)
        assert ProjectNames(project).artifact_bucket in site.buckets(project)
    _unprotect(site, name)
    for plan in reversed(plans):
        destroy(site.terraform(plan))
    for _, project in _projects(plans):
        assert ProjectNames(project).artifact_bucket not in site.buckets(project)


def _projects(plans: list[StackPlan]) -> list[tuple[StackPlan, Project]]:
    return [(plan, plan.project) for plan in plans if plan.project]


def _assert_work_survives(site: Site, plan: StackPlan, project: Project) -> None:
    """What a data scientist commits is neither drift nor overwritten."""
    codecommit, repository = site.client("codecommit", project), ProjectNames(project).repository
    codecommit.create_commit(
        repositoryName=repository,
        branchName="main",
        parentCommitId=site.head(project),
        putFiles=[{"filePath": "README.md", "fileContent": b"mine"}],
    )
    mine = site.head(project)
    site.terraform(plan).apply()
    assert not site.terraform(plan).plan().has_changes
    assert site.head(project) == mine
    assert codecommit.get_file(repositoryName=repository, filePath="README.md")["fileContent"] == b"mine"


def _assert_destroy_is_refused(site: Site, plan: StackPlan) -> None:
    with pytest.raises(TerraformError, match="prevent_destroy"):
        site.terraform(plan).destroy()
    assert not site.terraform(plan).plan().has_changes


def _unprotect(site: Site, name: str) -> None:
    """The documented way: say so in the environment, synthesize, apply; nothing but the protection changes."""
    file = site.folder / "environments" / name / "environment.yaml"
    file.write_text(file.read_text() + "\nprotect-data: false\n")
    site.synthesize()
    for plan in site.of(name):
        terraform = site.terraform(plan)
        planned = terraform.plan()
        changes = terraform.show_json(planned).get("resource_changes", [])
        changed = {change["address"] for change in changes if change["change"]["actions"] != ["no-op"]}
        assert changed <= {"aws_s3_bucket.artifact_bucket"}
        terraform.apply(planned)
