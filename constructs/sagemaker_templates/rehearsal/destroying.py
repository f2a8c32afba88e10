"""What was rehearsed is destroyed, as docs/applying.md says: unprotected first, then in the reverse order."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sagemaker_templates.demo.order import roll_out_in_order, stacks_at_once
from sagemaker_templates.demo.rollout import Rollout
from sagemaker_templates.operations.stack_copy import copy_stack
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.inventory import standing
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings, RehearsalFailed
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import Project
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.wording import counted

_APPLIED = re.compile(r"Apply complete! Resources: (\d+) added, (\d+) changed, (\d+) destroyed")
_DESTROYED = re.compile(r"Destroy complete! Resources: (\d+) destroyed")


def unprotected(configuration: Configuration, projects: Sequence[Project]) -> Configuration:
    """The settings with ``protect-data: false`` in some projects, and in the environments that they are in."""
    own = {project.environment.name for project in projects}
    environments = {
        each.name: replace(each, protect_data=False) if each.name in own else each
        for each in configuration.environments
    }
    changed = [
        replace(
            each,
            environment=environments[each.environment.name],
            protect_data=False if each in projects else each.protect_data,
        )
        for each in configuration.projects
    ]
    return replace(configuration, environments=tuple(environments.values()), projects=tuple(changed))


def remove_what_builds_made(happenings: Happenings, project: Project, outputs: Mapping[str, Any]) -> None:
    """Delete what no stack has made: the SageMaker pipeline, what it registered, and the models it made to predict.

    Args:
        project: whose build makes a pipeline.
        outputs: of its stack.
    """
    place = happenings.place
    sagemaker = happenings.emulator.client("sagemaker", place.account, place.region)
    pipeline = str(outputs["sagemaker_pipeline_name"])
    sagemaker.delete_pipeline(PipelineName=pipeline, ClientRequestToken=uuid.uuid4().hex)
    deleted = [f"the pipeline {pipeline}"]
    if group := outputs.get("model_package_group_name"):
        deleted.append(f"{counted(_versions_removed(sagemaker, str(group)), 'version')} of {group}")
    if field := all_templates()[project.template].job_prefix_field:
        beginning = f"{getattr(project.parameters, field)}-"
        deleted.append(
            f"{counted(_models_removed(sagemaker, beginning), 'model')} whose names begin with {beginning}"
        )
    happenings.note(ADMINISTRATOR, f"deleted {' and '.join(deleted)}")


def _versions_removed(sagemaker: Any, group: str) -> int:
    found = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    for each in found:
        sagemaker.delete_model_package(ModelPackageName=each["ModelPackageArn"])
    return len(found)


def _models_removed(sagemaker: Any, beginning: str) -> int:
    pages = sagemaker.get_paginator("list_models").paginate(NameContains=beginning)
    found = [str(each["ModelName"]) for page in pages for each in page["Models"]]
    own = [name for name in found if name.startswith(beginning)]
    for name in own:
        sagemaker.delete_model(ModelName=name)
    return len(own)


@dataclass(frozen=True)
class Destroyed:
    """What became of a stack: how many resources were changed to be unprotected, and destroyed."""

    plan: StackPlan
    changed: int
    destroyed: int


@dataclass(frozen=True)
class Destruction:
    """How stacks are destroyed.

    Attributes:
        rollout: that has applied them.
        stacks: the folder of the stacks as they are without protection.
    """

    rollout: Rollout
    stacks: Path

    def perform(self, plans: Sequence[StackPlan]) -> list[Destroyed]:
        """Destroy stacks, each before those that it needs.

        Raises:
            RehearsalFailed: taking the protection away changes more than that.
            TerraformError: Terraform refuses something.
        """
        backwards = [replace(plan, needs=tuple(_needing(plan, plans))) for plan in reversed(plans)]
        stop = self.rollout.commands.stop
        return roll_out_in_order(backwards, self._destroyed, at_once=stacks_at_once(), stop=stop)

    def _destroyed(self, plan: StackPlan) -> Destroyed:
        folder = self.rollout.work / "destroyed" / plan.name
        copy_stack(self.stacks / plan.name, folder)
        emulated = self.rollout.emulator.environment(plan.environment.account_id, plan.environment.region)
        with self.rollout.providers.kept(folder, {**emulated, **self.rollout.provider.environment()}) as variables:
            data = self.rollout.work / "data" / plan.name
            terraform = Terraform(self.rollout.engine, folder, variables, data, commands=self.rollout.commands)
            terraform.init()
            added, changed, destroyed = _counted(_APPLIED, terraform.apply())
            if added or destroyed:
                what = f"{added} resources were added and {destroyed} destroyed"
                raise RehearsalFailed(f"{plan.name}: with the protection taken away, {what}")
            (gone,) = _counted(_DESTROYED, terraform.destroy())
            return Destroyed(plan, changed, gone)


def _needing(plan: StackPlan, plans: Iterable[StackPlan]) -> list[str]:
    return [each.name for each in plans if plan.name in each.needs]


def _counted(pattern: re.Pattern[str], text: str) -> list[int]:
    found = pattern.search(text)
    if found is None:
        raise RehearsalFailed(f"Terraform does not say what it did: {text.strip()[-200:]}")
    return [int(each) for each in found.groups()]


def check_nothing_left(happenings: Happenings, before: Mapping[Place, frozenset[str]]) -> None:
    """All accounts hold what they held before the first apply; keys that are to be deleted do not count.

    Raises:
        RehearsalFailed: something is left; the message names it.
    """
    left = [
        f"{place.account}: {one}"
        for place, held in before.items()
        for one in sorted(standing(happenings.emulator, place.account, place.region) - held)
    ]
    if left:
        happenings.fail(ADMINISTRATOR, f"left after the destroy: {', '.join(left)}")
    told = f"nothing is left in {counted(len(before), 'account')} but keys that are to be deleted"
    happenings.note(ADMINISTRATOR, told)
