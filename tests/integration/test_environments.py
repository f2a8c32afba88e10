"""Every template is created in every shipped environment by real Terraform, as it is reviewed, and removed again.

Nothing is changed in what is synthesized: the emulator is reached through AWS_ENDPOINT_URL alone. One environment
is taken through Terraform in the plain way, command by command as the pages show it; in the others the commands of a
stack share a provider process.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import all_templates
from site_on_emulator import Site, SiteMaker, apply_and_plan_again, at_once, destroy, plan_apply_and_plan_again

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "environments"
GOLDEN = ROOT / "tests" / "unit" / "golden"
ENVIRONMENTS = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
PLAIN = ENVIRONMENTS[0]
PROTECTED = "xgboost_abalone"
"""The template whose shipped projects stay protected until the end, as the foundations do."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.fixture
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped environments, with a project of each template that an environment has none of."""
    folder = tmp_path_factory.mktemp("environments") / "environments"
    shutil.copytree(SHIPPED, folder)
    for name in ENVIRONMENTS:
        projects = folder / name / "projects"
        projects.mkdir(exist_ok=True)
        there = {_settings(file)["project-template-type"] for file in projects.glob("*.yaml")}
        for template, file in _minimal_projects():
            if template not in there:
                account = _settings(folder / name / "environment.yaml")["account-id"]
                (projects / f"minimal-{file.name}").write_text(_in(name, account, file.read_text()))
    return folder


def _minimal_projects() -> list[tuple[str, Path]]:
    """A project of each template with nothing but what it needs."""
    files = sorted(GOLDEN.glob("*minimal/environments/dev/projects/*.yaml"))
    return [(_settings(file)["project-template-type"], file) for file in files]


def _settings(file: Path) -> dict[str, str]:
    settings: dict[str, str] = yaml.safe_load(file.read_text())
    return settings


def _in(environment: str, account: str, text: str) -> str:
    """Stages of a project that deploys lie in all that its environment promotes to: the same name would clash.

    Models are those of the environment's own account.
    """
    own = text.replace("mlops-abalone-111111111111", f"mlops-abalone-{account}")
    return own.replace("project-name: serving", f"project-name: serving-from-{environment}")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_template_is_applied_stays_as_planned_is_protected_and_can_be_destroyed(
    make_site: SiteMaker, environments: Path, name: str
) -> None:
    site = make_site(environments, plain=name == PLAIN)
    foundation, *others = site.of(name)
    assert {plan.project.template for plan in others if plan.project} == set(all_templates())
    take = plan_apply_and_plan_again if name == PLAIN else apply_and_plan_again
    take(site.terraform(foundation))
    at_once(lambda plan: take(site.terraform(plan)), others)
    for _, project in _projects(others):
        site.assert_seeded(project)

    protected = [(plan, project) for plan, project in _projects(others) if project.template == PROTECTED]
    _assert_destroy_is_refused(site.terraform(foundation))
    for plan, project in protected:
        assert ProjectNames(project).artifact_bucket in site.buckets(project)
        _assert_work_survives(site, plan, project)
        _assert_destroy_is_refused(site.terraform(plan))
    _unprotect(site, name, [foundation, *(plan for plan, _ in protected)])

    at_once(lambda plan: destroy(site.terraform(plan)), others)
    destroy(site.terraform(foundation))
    for _, project in _projects(others):
        assert ProjectNames(project).artifact_bucket not in site.buckets(project)


def _projects(plans: Iterable[StackPlan]) -> list[tuple[StackPlan, Project]]:
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


def _assert_destroy_is_refused(terraform: Terraform) -> None:
    with pytest.raises(TerraformError, match="prevent_destroy"):
        terraform.destroy()
    assert not terraform.plan().has_changes


def _unprotect(site: Site, name: str, plans: Iterable[StackPlan]) -> None:
    """The documented way: say so in the environment, synthesize, apply; nothing but the protection changes."""
    file = site.folder / "environments" / name / "environment.yaml"
    file.write_text(file.read_text() + "\nprotect-data: false\n")
    site.synthesize()
    for plan in plans:
        terraform = site.terraform(plan)
        planned = terraform.plan()
        changes = terraform.show_json(planned).get("resource_changes", [])
        changed = {change["address"] for change in changes if change["change"]["actions"] != ["no-op"]}
        assert changed <= {"aws_s3_bucket.artifact_bucket"}
        terraform.apply(planned)
