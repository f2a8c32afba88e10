"""Real plans of every stack, made on the embedded AWS emulator, in the form that checkov reads."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import Emulator, running_emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.operations.engine import Engine, find_engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource, provider_source
from sagemaker_templates.operations.stack_copy import copy_stack
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.stacks.synthesis import StackPlan, planned_stacks
from sagemaker_templates.templates.registry import all_templates


def make(environments: Path, output: Path, work: Path, progress: Callable[[str], None]) -> list[Path]:
    """Plan every stack of ``output`` in empty accounts.

    Args:
        environments: what ``output`` was synthesized from.
        work: a folder for what this needs and gives.

    Returns:
        Files in the form of ``terraform show -json``.
    """
    configuration = load_configuration(environments)
    engine, provider = find_engine(), provider_source(work)
    with running_emulator(log_file=work / "emulator.log") as emulator:
        prepare_configuration(emulator, configuration)
        providers = ProviderInstallations(engine, provider.environment(), work / "providers")
        planner = _Planner(engine, provider, providers, emulator, output / "stacks", work)
        files = []
        stacks = planned_stacks(configuration, all_templates())
        providers.check_others(output / "stacks" / stack.name for stack in stacks)
        for stack in stacks:
            progress(f"Planning {stack.name}")
            files.append(planner.plan(stack))
        return files


@dataclass(frozen=True)
class _Planner:
    engine: Engine
    provider: ProviderSource
    providers: ProviderInstallations
    emulator: Emulator
    stacks: Path
    work: Path

    def plan(self, stack: StackPlan) -> Path:
        """Plan a copy of the stack, so that the synthesized folder stays as it was written."""
        folder = self.work / "stacks" / stack.name
        copy_stack(self.stacks / stack.name, folder)
        emulated = self.emulator.environment(stack.environment.account_id, stack.environment.region)
        file = self.work / "plans" / stack.name / "plan.json"
        file.parent.mkdir(parents=True)
        with self.providers.kept(folder, {**emulated, **self.provider.environment()}) as variables:
            terraform = Terraform(self.engine, folder, variables, self.work / "data" / stack.name)
            terraform.init()
            file.write_text(json.dumps(terraform.show_json(terraform.plan())), encoding="utf-8")
        return file
