"""Every shipped environment is created by real Terraform on the emulator, as it is reviewed, and removed again.

Nothing is changed in what is synthesized: the emulator is reached through AWS_ENDPOINT_URL alone.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import ProviderUnavailableError, Terraform, TerraformError
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Environment, Project
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates

SHIPPED = Path(__file__).parents[2] / "environments"
ENVIRONMENTS = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())


@dataclass(frozen=True)
class Site:
    """A folder with environments, synthesized, and a Terraform for each of its stacks."""

    folder: Path
    configuration: Configuration
    plans: list[StackPlan]
    terraform: Callable[[StackPlan], Terraform]

    def of(self, environment: str) -> list[StackPlan]:
        """The stacks of one environment, in the order of application."""
        return [plan for plan in self.plans if plan.environment.name == environment]

    def synthesize(self) -> None:
        """Write the stacks anew."""
        environments = self.folder / "environments"
        write_stacks(load_configuration(environments), environments=environments, output=self.folder / "cdktf.out")


@pytest.fixture
def site(
    tmp_path: Path,
    emulator: Emulator,
    terraform_engine: Engine,
    provider: ProviderSource,
    missing: Callable[[str], Any],
) -> Site:
    """The shipped environments, synthesized, in accounts that are prepared for them."""
    shutil.copytree(SHIPPED, tmp_path / "environments")
    configuration = load_configuration(tmp_path / "environments")
    prepare_configuration(emulator, configuration)

    def terraform(plan: StackPlan) -> Terraform:
        account, region = plan.environment.account_id, plan.environment.region
        runner = Terraform(
            terraform_engine,
            tmp_path / "cdktf.out" / "stacks" / plan.name,
            {**emulator.environment(account, region), **provider.environment()},
            tmp_path / "data" / plan.name,
        )
        try:
            runner.init()
        except ProviderUnavailableError as error:
            missing(str(error))
        return runner

    site = Site(tmp_path, configuration, planned_stacks(configuration, all_templates()), terraform)
    site.synthesize()
    return site


@pytest.mark.terraform
@pytest.mark.emulator
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_is_applied_stays_as_planned_is_protected_and_can_be_destroyed(
    site: Site, emulator: Emulator, name: str
) -> None:
    plans = site.of(name)
    assert [plan.project is None for plan in plans] == [True, False]
    for plan in plans:
        _apply_and_plan_again(site.terraform(plan))
    project = plans[-1].project
    assert project
    _assert_seeded(emulator, project)
    _assert_work_survives(site.terraform(plans[-1]), emulator, project)
    _assert_destroy_is_refused(site, plans, emulator, project)
    _unprotect(site, plans[0].environment)
    for plan in reversed(plans):
        _destroy(site.terraform(plan))
    assert emulator.client("s3", plan.environment.account_id, plan.environment.region).list_buckets()
    assert _buckets(emulator, project) & {ProjectNames(project).artifact_bucket} == set()


def _apply_and_plan_again(terraform: Terraform) -> None:
    terraform.validate()
    first = terraform.plan()
    assert first.has_changes
    terraform.apply(first)
    second = terraform.plan()
    assert not second.has_changes, second.text


def _client(emulator: Emulator, service: str, project: Project) -> Any:
    return emulator.client(service, project.environment.account_id, project.environment.region)


def _buckets(emulator: Emulator, project: Project) -> set[str]:
    listed = _client(emulator, "s3", project).list_buckets()["Buckets"]
    return {bucket["Name"] for bucket in listed}


def _head(emulator: Emulator, project: Project) -> str:
    branch = _client(emulator, "codecommit", project).get_branch(
        repositoryName=ProjectNames(project).repository, branchName="main"
    )
    return str(branch["branch"]["commitId"])


def _assert_seeded(emulator: Emulator, project: Project) -> None:
    """The repository holds exactly the template's seed."""
    codecommit, repository = _client(emulator, "codecommit", project), ProjectNames(project).repository
    seed = assemble(all_templates()[project.template].seed)
    for path, content in seed.items():
        assert codecommit.get_file(repositoryName=repository, filePath=path)["fileContent"] == content, path
    top = codecommit.get_folder(repositoryName=repository, folderPath="/")
    assert {entry["relativePath"] for entry in [*top["files"], *top["subFolders"]]} == {
        path.split("/")[0] for path in seed
    }


def _assert_work_survives(terraform: Terraform, emulator: Emulator, project: Project) -> None:
    """What a data scientist commits is neither drift nor overwritten."""
    codecommit, repository = _client(emulator, "codecommit", project), ProjectNames(project).repository
    codecommit.create_commit(
        repositoryName=repository,
        branchName="main",
        parentCommitId=_head(emulator, project),
        putFiles=[{"filePath": "README.md", "fileContent": b"mine"}],
    )
    mine = _head(emulator, project)
    assert not terraform.plan().has_changes
    terraform.apply()
    assert _head(emulator, project) == mine
    assert codecommit.get_file(repositoryName=repository, filePath="README.md")["fileContent"] == b"mine"


def _assert_destroy_is_refused(site: Site, plans: list[StackPlan], emulator: Emulator, project: Project) -> None:
    mine = _head(emulator, project)
    for plan in reversed(plans):
        with pytest.raises(TerraformError, match="prevent_destroy"):
            site.terraform(plan).destroy()
    assert _head(emulator, project) == mine
    assert ProjectNames(project).artifact_bucket in _buckets(emulator, project)
    assert not site.terraform(plans[-1]).plan().has_changes


def _unprotect(site: Site, environment: Environment) -> None:
    """The documented way: say so in the environment, synthesize, apply; nothing else changes."""
    file = site.folder / "environments" / environment.name / "environment.yaml"
    file.write_text(file.read_text() + "\nprotect-data: false\n")
    site.synthesize()
    for plan in site.of(environment.name):
        terraform = site.terraform(plan)
        planned = terraform.plan()
        changes = terraform.show_json(planned).get("resource_changes", [])
        changed = {change["address"] for change in changes if change["change"]["actions"] != ["no-op"]}
        assert changed <= {"aws_s3_bucket.artifact_bucket"}
        terraform.apply(planned)


def _destroy(terraform: Terraform) -> None:
    terraform.destroy()
    assert "values" not in terraform.show_json() or not terraform.show_json()["values"]
