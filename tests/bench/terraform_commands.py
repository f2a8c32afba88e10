"""Measures CPU seconds per Terraform command, with a provider for each command and with one that is kept.

Terraform and its provider together, on the emulator; the emulator's own time is not counted.
"""

import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.emulator import running_emulator
from sagemaker_templates.emulator.prepare import prepare_configuration
from sagemaker_templates.operations.engine import Engine, find_engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import provider_source
from sagemaker_templates.operations.terraform import FEWER_COLLECTIONS, Terraform

ENVIRONMENTS = Path(__file__).parents[1] / "unit" / "golden" / "minimal" / "environments"
STACK = "dev-abalone"
RUNS = 3
GO_DEFAULT = {"GOGC": "100"}
COMMANDS: dict[str, Callable[[Terraform], object]] = {
    "init": lambda terraform: terraform.init(),
    "validate": lambda terraform: terraform.validate(),
    "plan": lambda terraform: terraform.plan(),
}


@dataclass(frozen=True)
class Way:
    """How a stack's commands come by their provider, and how often they collect garbage."""

    name: str
    kept: bool
    collections: dict[str, str]


WAYS = (
    Way("a provider for each command", kept=False, collections=GO_DEFAULT),
    Way("… with GOGC=400", kept=False, collections=FEWER_COLLECTIONS),
    Way("one provider for all commands", kept=True, collections=GO_DEFAULT),
    Way("… with GOGC=400", kept=True, collections=FEWER_COLLECTIONS),
)


@dataclass(frozen=True)
class Bench:
    """A synthesized stack with an emulator, and the providers that it asks for."""

    engine: Engine
    stack: Path
    aws: dict[str, str]
    installations: ProviderInstallations

    def seconds(self, way: Way, command: Callable[[Terraform], object], data: Path) -> float:
        """The mean over some runs, with the provider's part, which is known when it has ended."""
        variables = {**self.aws, **way.collections}
        if not way.kept:
            terraform = Terraform(self.engine, self.stack, variables, data)
            terraform.init()
            return _seconds(lambda: _repeat(command, terraform))

        def kept() -> None:
            with self.installations.kept(self.stack, variables) as attached:
                _repeat(command, Terraform(self.engine, self.stack, attached, data))

        return _seconds(kept)


def _repeat(command: Callable[[Terraform], object], terraform: Terraform) -> None:
    for _ in range(RUNS):
        command(terraform)


def _seconds(work: Callable[[], None]) -> float:
    before = _children()
    work()
    return (_children() - before) / RUNS


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    configuration, engine = load_configuration(ENVIRONMENTS), find_engine()
    write_stacks(configuration, environments=ENVIRONMENTS, output=folder / "out")
    source = provider_source(folder)
    with running_emulator(log_file=folder / "emulator.log") as emulator:
        prepare_configuration(emulator, configuration)
        first = configuration.environments[0]
        aws = {**emulator.environment(first.account_id, first.region), **source.environment()}
        installations = ProviderInstallations(engine, source.environment(), folder / "providers")
        stack = folder / "out" / "stacks" / STACK
        installations.needed_by(stack)
        yield Bench(engine, stack, aws, installations)


def main() -> None:
    """Print the table."""
    table = Table("CPU seconds of Terraform and its provider", *COMMANDS, title=f"Means of {RUNS} runs, {STACK}")
    with tempfile.TemporaryDirectory() as folder, _bench(Path(folder)) as bench:
        for way in WAYS:
            data = Path(folder) / "data" / str(WAYS.index(way))
            figures = [bench.seconds(way, command, data) for command in COMMANDS.values()]
            table.add_row(way.name, *(f"{figure:.2f}" for figure in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
