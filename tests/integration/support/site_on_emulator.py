"""A folder of environments on the emulator: synthesized as it is reviewed, with a Terraform for each stack."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.output_folder.vanished import Decisions
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates
from terraform_starter import TerraformStarter


@dataclass(frozen=True)
class Site:
    """Environments in ``folder``, in accounts of the emulator that are prepared for them."""

    folder: Path
    configuration: Configuration
    emulator: Emulator
    initialized: Callable[[StackPlan], Terraform]

    @property
    def plans(self) -> list[StackPlan]:
        """The stacks, in the order of application."""
        return planned_stacks(self.configuration, all_templates())

    def of(self, environment: str) -> list[StackPlan]:
        """The stacks of one environment."""
        return [plan for plan in self.plans if plan.environment.name == environment]

    @cached_property
    def _runners(self) -> dict[str, Terraform]:
        return {}

    def terraform(self, plan: StackPlan) -> Terraform:
        """Terraform in a stack's folder, initialized once."""
        if plan.name not in self._runners:
            self._runners[plan.name] = self.initialized(plan)
        return self._runners[plan.name]

    def synthesize(self, *orphans: str) -> None:
        """Write the stacks anew from the files as they are now; ``orphans`` may vanish or move."""
        environments = self.folder / "environments"
        output = self.folder / "cdktf.out"
        configuration, decisions = load_configuration(environments), Decisions(orphans)
        write_stacks(configuration, environments=environments, output=output, decisions=decisions)

    def client(self, service: str, project: Project) -> Any:
        """A boto3 client in a project's account."""
        environment = project.environment
        return self.emulator.client(service, environment.account_id, environment.region)

    def head(self, project: Project) -> str:
        """The commit at the tip of main of a project's repository."""
        names = ProjectNames(project, all_templates()[project.template].repository_suffix)
        branch = self.client("codecommit", project).get_branch(repositoryName=names.repository, branchName="main")
        return str(branch["branch"]["commitId"])

    def buckets(self, project: Project) -> set[str]:
        """The names of all buckets in a project's account."""
        return {bucket["Name"] for bucket in self.client("s3", project).list_buckets()["Buckets"]}

    def assert_seeded(self, project: Project) -> None:
        """Assert that the repository holds exactly the template's seed."""
        template = all_templates()[project.template]
        repository = ProjectNames(project, template.repository_suffix).repository
        codecommit, seed = self.client("codecommit", project), assemble(template.seed)
        for path, content in seed.items():
            assert codecommit.get_file(repositoryName=repository, filePath=path)["fileContent"] == content, path
        top = codecommit.get_folder(repositoryName=repository, folderPath="/")
        entries = {entry["relativePath"] for entry in [*top["files"], *top["subFolders"]]}
        assert entries == {path.split("/")[0] for path in seed}


def command_in(
    site: Site, providers: Mapping[str, str], command: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """A command of ours in a site's folder, with credentials of the first environment's account.

    Args:
        providers: the variables that say where providers come from.
        variables: above all others.
    """
    environment = site.configuration.environments[0]
    return subprocess.run(
        [sys.executable, "-m", "sagemaker_templates.cli", command, *arguments],
        cwd=site.folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(site.folder),
            "PYTHONPATH": str(_ROOT / "constructs"),
            **site.emulator.environment(environment.account_id, environment.region),
            **providers,
            **variables,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def shipped_with_one_project(folder: Path) -> Path:
    """Copy the shipped environments below a folder, with no project in the first but abalone."""
    environments = folder / "environments"
    shutil.copytree(_SHIPPED, environments)
    for project in (environments / "dev" / "projects").iterdir():
        if project.name != "abalone.yaml":
            project.unlink()
    return environments


_ROOT = Path(__file__).parents[3]
_SHIPPED = _ROOT / "environments"


class SiteMaker(Protocol):
    """Makes a site of a folder of environments; ``plain`` says that each command starts its provider itself."""

    def __call__(self, environments: Path, *, plain: bool = False) -> Site: ...


def site_maker(
    emulator: Emulator, starter: TerraformStarter, providers: Mapping[str, str], folder: Path
) -> SiteMaker:
    """Return a function that copies, synthesizes and prepares accounts for a folder of environments.

    ``providers`` are the variables that say where providers come from.
    """

    def site(environments: Path, *, plain: bool = False) -> Site:
        def initialized(plan: StackPlan) -> Terraform:
            aws = emulator.environment(plan.environment.account_id, plan.environment.region)
            stack = folder / "cdktf.out" / "stacks" / plan.name
            return starter.start(stack, {**aws, **providers}, folder / "data" / plan.name, plain=plain)

        shutil.copytree(environments, folder / "environments")
        configuration = load_configuration(folder / "environments")
        prepare_configuration(emulator, configuration)
        made = Site(folder, configuration, emulator, initialized)
        made.synthesize()
        return made

    return site


def at_once(work: Callable[[StackPlan], object], plans: Iterable[StackPlan]) -> None:
    """States of their own: stacks are applied side by side."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(work, plans))


def plan_apply_and_plan_again(terraform: Terraform) -> None:
    """Take a stack through the commands that the pages show: the plan that is applied is the one that was made."""
    terraform.validate()
    first = terraform.plan()
    assert first.has_changes
    terraform.apply(first)
    _assert_nothing_to_change(terraform)


def apply_and_plan_again(terraform: Terraform) -> None:
    """Apply a stack for the first time, which includes validation and a plan, and assert that a second is empty."""
    said = terraform.apply()
    assert _CREATED_ALONE.search(said), said
    _assert_nothing_to_change(terraform)


_CREATED_ALONE = re.compile(r"^Apply complete! Resources: [1-9]\d* added, 0 changed, 0 destroyed\.$", re.MULTILINE)


def _assert_nothing_to_change(terraform: Terraform) -> None:
    second = terraform.plan()
    assert not second.has_changes, second.text


def destroy(terraform: Terraform) -> None:
    """Destroy a stack and assert that nothing is left in its state."""
    terraform.destroy()
    assert terraform.addresses() == []
