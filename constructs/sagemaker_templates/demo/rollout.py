"""One stack, taken through Terraform: plan, apply, and a second plan that must find nothing to do."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.running import RunningCommands
from sagemaker_templates.operations.stack_copy import copy_stack
from sagemaker_templates.operations.terraform import Plan, Terraform
from sagemaker_templates.stacks.synthesis import StackPlan

Say = Callable[[str, str], None]
"""Told the stack's name and what was just done with it."""


# Read from the plan's text: each further command would load the provider's whole schema once more.
_WILL_BE_CREATED = re.compile(r"^  # (\S+) will be created$", re.MULTILINE)


@dataclass(frozen=True)
class RolledOut:
    """What became of one stack.

    Attributes:
        created: addresses of the resources that the plan announced and the apply created.
        second_plan_empty: whether Terraform, asked again, found nothing to change.
        seconds: wall time of init, plan, apply and second plan.
    """

    plan: StackPlan
    created: tuple[str, ...]
    second_plan_empty: bool
    outputs: dict[str, object]
    seconds: float


@dataclass(frozen=True)
class Rollout:
    """How stacks are rolled out: with which engine, provider and emulator, in which folder, and what ends at once."""

    engine: Engine
    provider: ProviderSource
    providers: ProviderInstallations
    emulator: Emulator
    stacks: Path
    work: Path
    say: Say
    commands: RunningCommands

    def roll_out(self, plan: StackPlan) -> RolledOut:
        """Plan, apply and plan again.

        Raises:
            TerraformError: Terraform refuses something.
        """
        start = time.perf_counter()
        folder = self._copy(plan)
        emulated = self.emulator.environment(plan.environment.account_id, plan.environment.region)
        with self.providers.kept(folder, {**emulated, **self.provider.environment()}) as variables:
            created, second, outputs = self._taken_through(
                plan,
                Terraform(self.engine, folder, variables, self.work / "data" / plan.name, commands=self.commands),
            )
        return RolledOut(plan, created, not second.has_changes, outputs, round(time.perf_counter() - start, 1))

    def _taken_through(
        self, plan: StackPlan, terraform: Terraform
    ) -> tuple[tuple[str, ...], Plan, dict[str, object]]:
        terraform.init()
        first = terraform.plan()
        created = tuple(_WILL_BE_CREATED.findall(first.text))
        self.say(plan.name, f"planned: {len(created)} to create")
        terraform.apply(first)
        self.say(plan.name, f"applied: {len(created)} created")
        second = terraform.plan()
        self.say(plan.name, "planned again: " + ("CHANGES" if second.has_changes else "no changes"))
        return created, second, terraform.output()

    def _copy(self, plan: StackPlan) -> Path:
        """A copy of the stack, so that the synthesized folder stays as it was written."""
        folder = self.work / "stacks" / plan.name
        copy_stack(self.stacks / plan.name, folder)
        return folder
