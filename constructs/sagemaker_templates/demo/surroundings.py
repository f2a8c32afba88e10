"""What a command needs around it that applies stacks on the emulator: the emulator itself, and the way to apply."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from sagemaker_templates.demo.rollout import Rollout
from sagemaker_templates.emulator import Emulator, running_emulator, start_emulator
from sagemaker_templates.interruption import Interrupted, stopped_by_interruption
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import provider_source
from sagemaker_templates.operations.running import RunningCommands


@contextmanager
def emulator_of_command(keep: bool, work: Path) -> Iterator[Emulator]:
    """Run an emulator for the length of a command; where the command fails, its log is kept and named.

    Args:
        keep: leave it running afterwards.
        work: where its log lies, unless it is kept.
    """
    running = _kept_running() if keep else running_emulator(log_file=work / "emulator.log")
    with running as emulator:
        try:
            yield emulator
        except Exception as failure:
            log = emulator.log_file if keep else _kept(emulator.log_file)
            failure.add_note(f"the emulator's log is in {log}")
            if keep:
                failure.add_note(f"the emulator is still running; to end it: kill {emulator.pid}")
            raise
        except Interrupted as interrupted:
            gone = "the emulator and all that was created on it are gone; the synthesized JSON is still there"
            interrupted.left_undone = "\n".join(filter(None, [interrupted.left_undone, gone]))
            raise


@contextmanager
def _kept_running() -> Iterator[Emulator]:
    emulator = start_emulator()
    with stopped_by_interruption(lambda: os.kill(emulator.pid, signal.SIGTERM)):
        yield emulator


def _kept(log: Path) -> Path:
    """A copy that outlives the work folder, for its owner alone."""
    handle, name = tempfile.mkstemp(prefix="aws-emulator-", suffix=".log")
    with os.fdopen(handle, "wb") as copy, log.open("rb") as original:
        shutil.copyfileobj(original, copy)
    return Path(name)


def rollout_on(console: Console, engine: Engine, emulator: Emulator, stacks: Path, work: Path) -> Rollout:
    """The way to roll out the stacks of a folder, which tells the console of each step.

    Raises:
        MirrorError: the AWS provider is to be had nowhere.
    """
    provider = provider_source(work)
    console.print(f"plan       with {engine}, AWS provider from {provider.description}")
    commands = RunningCommands()
    providers = ProviderInstallations(engine, provider.environment(), work / "providers", commands)
    return Rollout(engine, provider, providers, emulator, stacks, work, _teller(console), commands)


def _teller(console: Console) -> Callable[[str, str], None]:
    return lambda stack, done: console.print(f"  {stack:<24} {done}")
