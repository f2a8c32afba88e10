"""Runs a definition as a whole, or one of its steps."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from mlops.local.definition import Definition, Step, Value
from mlops.local.execution import Execution
from mlops.local.sandbox import Sandbox
from mlops.local.steps import StepFailedError, Steps, Surroundings


class NotReadyError(Exception):
    """A step cannot run yet; the message is one line and says what to do."""


@dataclass(frozen=True)
class LocalPipeline:
    """Runs a definition.

    Attributes:
        workspace: the folder in which each execution has a folder for its jobs.
        around: what each step runs in, by its name: what tells people how far it is.
        namespaces: whether jobs get namespaces (``Sandbox``).
    """

    definition: Definition
    surroundings: Surroundings
    workspace: Path
    around: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
    namespaces: bool = True

    def run(self, identifier: str, parameters: Mapping[str, Value] | None = None) -> Execution:
        """Execute once, with values for some of the parameters.

        Raises:
            ValueError: the pipeline has no such parameter.
        """
        return self.proceed(Execution(identifier, self.values(parameters or {})))

    def proceed(self, execution: Execution) -> Execution:
        """Run every step of an execution that has just begun."""
        try:
            for step in self.definition.order():
                if not step.condition or self._is_chosen(step, execution):
                    self._run(step, execution)
        except StepFailedError as error:
            execution.failure = str(error)
        return execution

    def run_step(self, name: str, execution: Execution) -> Execution:
        """Run one step with what the others have left in an execution; what depends on the step is forgotten.

        Raises:
            NotReadyError: a step before it has to run first, or a condition has not chosen it.
        """
        self.refuse_unready(name, execution)
        for later in {name, *self.definition.after(name)}:
            execution.left.pop(later, None)
        execution.steps, execution.failure = [], None
        try:
            self._run(self.definition.step(name), execution)
        except StepFailedError as error:
            execution.failure = str(error)
        return execution

    def refuse_unready(self, name: str, execution: Execution) -> None:
        """Nothing happens if a step can run.

        Raises:
            NotReadyError: a step before it has to run first, or a condition has not chosen it.
        """
        step = self.definition.step(name)
        for before in self.definition.before(name):
            self._refuse_unless_chosen(before, execution)
            if not self._is_there(before, execution):
                raise NotReadyError(f"{name} needs what {before.name} leaves: run --step {before.name} first")
        self._refuse_unless_chosen(step, execution)

    def values(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """All parameters: those given, and the defaults of the others.

        Raises:
            ValueError: the pipeline has no such parameter.
        """
        unknown = given.keys() - self.definition.parameters.keys()
        if unknown:
            raise ValueError(f"the pipeline has no parameter {', '.join(sorted(unknown))}")
        defaults = {name: each.get("DefaultValue") for name, each in self.definition.parameters.items()}
        return defaults | dict(given)

    def _run(self, step: Step, execution: Execution) -> None:
        sandbox = Sandbox(self.workspace / execution.identifier, self.namespaces)
        with self.around(step.name):
            Steps(self.surroundings, execution, sandbox).run(step)

    def _is_there(self, step: Step, execution: Execution) -> bool:
        left = execution.left.get(step.name)
        return left is not None and all(self.surroundings.store.exists(each) for each in left.locations)

    def _refuse_unless_chosen(self, step: Step, execution: Execution) -> None:
        if step.condition and not self._is_chosen(step, execution):
            answer = execution.left[step.condition].comparison
            raise NotReadyError(f"{step.condition} has not chosen {step.name}: {answer}")

    def _is_chosen(self, step: Step, execution: Execution) -> bool:
        left = execution.left.get(step.condition or "")
        return left is not None and step.name in left.chosen
