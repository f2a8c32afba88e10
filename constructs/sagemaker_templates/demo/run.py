"""The steps of the demo, one after the other."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_and_note
from sagemaker_templates.demo.order import roll_out_in_order, stacks_at_once
from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.demo.summary import show_how_to_look_around, show_next_steps, show_summary
from sagemaker_templates.demo.surroundings import emulator_of_command, rollout_on
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.operations.engine import find_engine
from sagemaker_templates.optional_packages import MOTO, require
from sagemaker_templates.settings import Configuration
from sagemaker_templates.stacks.synthesis import planned_stacks
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.wording import counted


class DemoFailed(StepFailed):
    """A second plan was not empty."""


def run_demo(console: Console, *, environments: Path, output: Path, keep: bool) -> None:
    """Validate, synthesize, then plan, apply and plan again on the emulator.

    Args:
        console: shows text as it is, as ``terminal.results()`` does.
        keep: leave the emulator running.

    Raises:
        InvalidSettings: the environments hold mistakes.
        EngineError, PackageMissing, MirrorError, TerraformError, EmulatorError: what is missing or failed.
        DemoFailed: a second plan found something to change.
        Interrupted: somebody ended it; nothing that it started is left.
    """
    start = time.perf_counter()
    engine = find_engine()  # before anything is written or started: without either there is no demo
    require(MOTO, "the demo's emulator")
    configuration, templates = load_and_note(environments, output), all_templates()
    names = ", ".join(environment.name for environment in configuration.environments)
    console.print(f"validate   {counted(len(configuration.projects), 'project')} in {names}")
    folders = write_stacks(configuration, environments=environments, output=output)
    console.print(f"synthesize {counted(len(folders), 'stack')} in {output}/stacks")
    with temporary_folder() as work, emulator_of_command(keep, work) as emulator:
        console.print(f"emulate    AWS at {emulator.url}, on this machine alone; {_at_the_end(keep)}")
        prepare_configuration(emulator, configuration)
        rollout = rollout_on(console, engine, emulator, output / "stacks", work)
        plans = planned_stacks(configuration, templates)
        rollout.providers.check_others(output / "stacks" / plan.name for plan in plans)
        results = roll_out_in_order(plans, rollout.roll_out, at_once=stacks_at_once(), stop=rollout.commands.stop)
        show_summary(console, results, templates, time.perf_counter() - start)
        show_next_steps(console, output)
        _after(console, emulator, configuration, keep)
        _check(results)


def _at_the_end(keep: bool) -> str:
    return "left running at the end" if keep else "it goes at the end, with all that is created on it"


def _check(results: Sequence[RolledOut]) -> None:
    changed = [result.plan.name for result in results if not result.second_plan_empty]
    if changed:
        raise DemoFailed(f"the second plan of {', '.join(changed)} was not empty")


def _after(console: Console, emulator: Emulator, configuration: Configuration, keep: bool) -> None:
    if keep:
        show_how_to_look_around(console, emulator, configuration)
    else:
        console.print("\nThe emulator and all that was created on it are gone again (KEEP=1 leaves it running).")
