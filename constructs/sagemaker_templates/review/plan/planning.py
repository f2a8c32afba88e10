"""Planning stacks with the credentials of whoever asks, one after the other, whatever becomes of each."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.interruption import Interrupted
from sagemaker_templates.operations.aws_clients import Clients, clients
from sagemaker_templates.operations.engine import Engine, program_of
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.running import RunningCommands
from sagemaker_templates.operations.state_lock import lock_of
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from sagemaker_templates.output_folder.vanished import (
    UNDECIDED,
    Decisions,
    StacksVanish,
    check_nothing_vanishes,
    synthesized,
)
from sagemaker_templates.output_folder.whereabouts import Whereabouts
from sagemaker_templates.review.plan.existing import Search
from sagemaker_templates.review.plan.summary import NotPlanned, Review, StackSummary, summarize, told_apart
from sagemaker_templates.review.plan.way_back import Commands, Step, WayBack, protected_and_tainted
from sagemaker_templates.settings.model import DeployRole, EngineName, Environment
from sagemaker_templates.stacks.base import ROLE_VARIABLE
from sagemaker_templates.stacks.synthesis import StackPlan

Progress = Callable[[str], None]

# Nothing is applied from these plans: a role that may only read suffices, and nobody who applies has to wait.
_WITHOUT_LOCK = "-lock=false"
_OTHER_ROLE = f"TF_VAR_{ROLE_VARIABLE}"


class NotSynthesized(StepFailed):
    """The folder of a stack is not there."""


def check_synthesized(output: Path, planned: Mapping[str, Whereabouts], decisions: Decisions = UNDECIDED) -> None:
    """Check that a folder holds the stacks that the settings describe, where they are, and no other.

    Raises:
        NotSynthesized: one is missing.
        StacksVanish: it holds others, or some as they were elsewhere, and that is not decided.
    """
    missing = sorted(name for name in planned if not (output / "stacks" / name / "cdk.tf.json").is_file())
    found = [f"{output}/stacks does not hold {', '.join(missing)}: run `sagemaker-templates synth`, then plan again"]
    try:
        check_nothing_vanishes(synthesized(output), planned, decisions)
    except StacksVanish as vanish:
        if not missing:
            raise
        found.append(str(vanish))
    if missing:
        raise NotSynthesized("\n".join(found))


@dataclass(frozen=True)
class Planner:
    """How stacks are planned.

    Attributes:
        engine: finds the engine that an environment asks for.
        stacks: the folder that holds a folder per stack. Terraform works in each, as it would for a person:
            what ``init`` loads stays in ``.terraform``.
        variables: of which those named ``AWS_…`` are the credentials.
        clients: for what Terraform has no command for; with the same credentials, as a role or as themselves.
        commands: what Terraform does now, where several stacks are planned side by side.
    """

    engine: Callable[[EngineName], Engine]
    provider: ProviderSource
    stacks: Path
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clients: Callable[[DeployRole | None, str], Clients] = field(default_factory=lambda: clients)
    commands: RunningCommands = field(default_factory=RunningCommands)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def review(self, plans: Sequence[StackPlan], progress: Progress = lambda stack: None) -> Review:
        """Plan every stack; one that fails does not keep the others from being planned."""
        planned: list[StackSummary] = []
        failed: list[NotPlanned] = []
        ways_back: list[WayBack] = []
        for number, plan in enumerate(plans):
            progress(plan.name)
            steps: list[Step] = []
            try:
                planned.append(self._planned(plan, steps))
            except (StepFailed, ValueError) as failure:
                failed.append(NotPlanned(plan.name, str(failure)))
            except Interrupted as interrupted:
                interrupted.left_undone = f"not planned: {', '.join(each.name for each in plans[number:])}"
                raise
            if steps:
                ways_back.append(WayBack(plan.name, tuple(steps)))
        return Review(told_apart(planned), tuple(failed), tuple(ways_back))

    def _credentials(self) -> dict[str, str]:
        passed_on = (name for name in self.variables if name.startswith("AWS_") or name == _OTHER_ROLE)
        return {name: self.variables[name] for name in passed_on}

    def _role(self, environment: Environment) -> DeployRole | None:
        """The role that Terraform takes: the environment's, or the one that the variable names in its place."""
        role = environment.deploy_role
        return role and replace(role, arn=self.variables.get(_OTHER_ROLE, role.arn))

    def shown(self, plan: StackPlan) -> dict[str, Any]:
        """Plan one stack; returns Terraform's JSON of the plan.

        Raises:
            TerraformError: it cannot be planned.
        """
        return _shown(self._initialized(plan), self.stacks / plan.name)

    def _initialized(self, plan: StackPlan) -> Terraform:
        folder = self.stacks / plan.name
        environment = {**self._credentials(), **self.provider.environment()}
        engine = self.engine(plan.environment.engine)
        terraform = Terraform(engine, folder, environment, folder / ".terraform", commands=self.commands)
        # A cache of providers that stacks share is not safe for several `init` at once:
        # https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
        with self._one_at_a_time:
            terraform.init()
        return terraform

    def _planned(self, plan: StackPlan, steps: list[Step]) -> StackSummary:
        """Plan one stack; add the steps that somebody has to take first, whether it can be planned or not."""
        folder = self.stacks / plan.name
        clients = self.clients(self._role(plan.environment), plan.environment.region)
        commands = Commands(program_of(plan.environment.engine), folder)
        terraform = self._initialized(plan)
        if lock := lock_of(folder, clients):
            steps.append(commands.to_unlock(lock))
        try:
            summary = summarize(plan.name, _shown(terraform, folder))
        except TerraformError:
            if tainted := _protected_and_tainted(terraform, folder):
                steps.append(commands.to_untaint(tainted))
            raise
        if existing := Search(clients, plan.environment.region).existing(summary.changes):
            steps.append(commands.to_import(existing, state_is_empty=summary.changes.state_is_empty))
        return summary


def _shown(terraform: Terraform, folder: Path) -> dict[str, Any]:
    try:
        return terraform.show_json(terraform.plan(_WITHOUT_LOCK))
    finally:
        # A plan holds sensitive values in clear text.
        (folder / ".terraform" / "plan").unlink(missing_ok=True)


def _protected_and_tainted(terraform: Terraform, folder: Path) -> list[str]:
    stack = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    try:
        return list(protected_and_tainted(terraform.show_json(), stack))
    except TerraformError:  # what could not be planned is told already
        return []
