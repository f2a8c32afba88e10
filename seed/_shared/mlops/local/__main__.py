"""Run the pipeline on this machine, without AWS: every step, or one with --step.

What it leaves is in the folder --output: figures, the model, an example request, and what the steps wrote.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from mlops.local.definition import Definition
from mlops.local.execution import Execution
from mlops.local.pipeline import NotReadyError
from mlops.local.progress import Progress
from mlops.local.report import collect, how_to_try, lines
from mlops.local.repository import LocalRun, RepositoryError, Results, local_run, variables
from mlops.local.sandbox import UnfitFolderError, namespaces_allowed
from mlops.local.state import ForeignFolderError, State
from mlops.parameters import WrongParameterError, typed, written
from mlops.settings import SettingsError

_WRONG_INPUT = (
    ForeignFolderError,
    NotReadyError,
    RepositoryError,
    SettingsError,
    UnfitFolderError,
    WrongParameterError,
)
_PLAIN = (
    "{why}steps run as plain processes: whether they work without a network, and with nothing but the files that "
    "SageMaker gives them, this run does not show."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0 done, 1 the execution failed, 2 the input is wrong, 130 interrupted."""
    options = _options(arguments)
    try:
        repository = local_run(Path.cwd())
        return _main(repository, options)
    except _WRONG_INPUT as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlops.local", description=__doc__)
    parser.add_argument(
        "--output", type=Path, default=Path("local"), metavar="FOLDER", help="where all of that goes (default: local)"
    )
    parser.add_argument("--step", metavar="NAME", help="run this step only, with what the ones before it have left")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a value of the pipeline's parameter"
    )
    parser.add_argument("--data", type=Path, metavar="PATH", help="your file or folder, in place of the sample")
    parser.add_argument("--model", type=Path, metavar="PATH", help="a model, where the pipeline takes one")
    parser.add_argument(
        "--plain-processes", action="store_true", help="do not isolate steps, even where this system could"
    )
    return parser.parse_args(arguments)


def _main(repository: LocalRun, options: argparse.Namespace) -> int:
    given, state = written(options.parameter), State.load(options.output)
    goes_on = options.step is not None and state.execution is not None
    repository.refuse_misfits(data=options.data, model=options.model, goes_on=goes_on)
    progress = Progress()
    with progress.around("Compile"):
        # It takes seconds to come with the SDK: wrong options are told before.
        from mlops.local import run as running

        settings, compiled = running.compile_here(repository, variables(Path.cwd(), os.environ, repository.settings))
    definition = compiled.definition
    _refuse_unknown_step(options.step, definition)
    parameters = typed(given, definition.parameters)
    namespaces = not options.plain_processes and namespaces_allowed()
    if not namespaces:
        print(_PLAIN.format(why="As asked, " if options.plain_processes else "Without Linux namespaces, "))
    run = running.Run(repository, settings, compiled, state, progress)
    execution = run.execute(running.Wishes(parameters, options.step, options.data, options.model, namespaces))
    _tell(run.state, Results(settings, run.ground.store, execution), repository, options.model)
    return 0 if execution.failure is None else 1


def _refuse_unknown_step(name: str | None, definition: Definition) -> None:
    names = [step.name for step in definition.order()]
    if name is None or name in names:
        return
    near = get_close_matches(name, names, n=1)
    hint = f"; near: {near[0]}" if near else ""
    raise WrongParameterError(f"the pipeline has no step {name}{hint}; its steps are {', '.join(names)}")


def _tell(state: State, results: Results, repository: LocalRun, model: Path | None) -> None:
    example = repository.example(results)
    state.forget_products()
    products = collect(results, example, state.output)
    state.products = [product.name for product in products]
    state.save()
    if state.given:
        print(f"Parameters: {', '.join(f'{name}={value}' for name, value in state.given.items())}")
    for line in [*lines(results, products, state.output), *how_to_try(example, products, state.output, model)]:
        print(line)
    _tell_failure(results.execution, state.output)


def _tell_failure(execution: Execution, output: Path) -> None:
    if execution.failure is not None and execution.steps:
        print(f"error: {execution.failure}", file=sys.stderr)
        log = output / "jobs" / execution.identifier / execution.steps[-1] / "log"
        if log.is_file():
            print(f"The step's log: {log}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
