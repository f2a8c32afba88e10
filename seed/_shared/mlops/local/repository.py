"""What the command has to know about a repository: the module ``local_run`` beside its pipeline says it."""

import importlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlops.local.aws.boto3.registry import Registry
from mlops.local.definition import Value
from mlops.local.execution import Execution
from mlops.local.store import NotThereError, Store
from mlops.settings import Settings

_MODULE = "local_run"


class RepositoryError(Exception):
    """The command cannot run here; the message is one line."""


@dataclass(frozen=True)
class Ground:
    """Where a pipeline runs: what a repository prepares before it does."""

    settings: Settings
    store: Store
    registry: Registry


@dataclass(frozen=True)
class Results:
    """What an execution has left: what a repository makes an example request of."""

    settings: Settings
    store: Store
    execution: Execution

    def text(self, step: str, output: str, file: str) -> str | None:
        """A file of a processing step's output; None where the step has left none."""
        left = self.execution.left.get(step)
        if left is None:
            return None
        location = left.properties["ProcessingOutputConfig"]["Outputs"][output]["S3Output"]["S3Uri"]
        try:
            return self.store.read(f"{location}/{file}").decode("utf-8")
        except NotThereError:
            return None


@dataclass(frozen=True)
class Example:
    """A request that the model understands.

    Attributes:
        name: of its file.
        content_type: as a caller sends it.
        here: whether the model's own code can answer it on this machine.
    """

    name: str
    text: str
    content_type: str
    here: bool = False


@dataclass(frozen=True)
class Data:
    """What the pipeline reads.

    Attributes:
        key: where in the project's bucket it looks.
        sample: gives what is put there while nobody has named other data.
    """

    key: str
    sample: Callable[[], str]


@dataclass(frozen=True)
class ModelOption:
    """What ``--model`` is for.

    Attributes:
        what: for people, in a few words.
        prepare: puts the model where the pipeline finds it, a sample where None is given; returns the parameters that
            go with it, and raises RepositoryError for what is no model.
        required: whether nothing can run without one.
    """

    what: str
    prepare: Callable[[Ground, Path | None], Mapping[str, Value]]
    required: bool = False


@dataclass(frozen=True)
class LocalRun:
    """One repository.

    Attributes:
        pipeline: the module that has ``build_pipeline``.
        settings: variables of the build that have another value on this machine, whatever else says.
        parameters: of the pipeline, with the values that they have here unless told otherwise.
        data: what it reads; None: nothing.
        model: what it does with a given model; None: it takes none.
        secret: the variable of the caller's environment that holds what the pipeline reads from Secrets Manager.
        example: makes a request for the model.
    """

    pipeline: str
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    data: Data | None = None
    model: ModelOption | None = None
    secret: str = ""
    example: Callable[[Results], Example | None] = lambda _: None

    def refuse_misfits(self, *, data: Path | None, model: Path | None, goes_on: bool) -> None:
        """Nothing happens if what a person gives is what the pipeline takes.

        Args:
            goes_on: there is an earlier run, with what was given then.

        Raises:
            RepositoryError: something is given that is not taken, missing that is needed, or not there.
        """
        if model is not None and self.model is None:
            raise RepositoryError("--model: this pipeline makes or fetches its model itself")
        if data is not None and self.data is None:
            raise RepositoryError("--data: this pipeline reads no data")
        if self.model is not None and self.model.required and model is None and not goes_on:
            raise RepositoryError(f"say with --model which model to use: {self.model.what}")
        for path in (model, data):
            if path is not None and not path.exists():
                raise RepositoryError(f"nothing is at {path}")


def local_run(root: Path) -> LocalRun:
    """What the repository in a folder says.

    Raises:
        RepositoryError: it says nothing.
    """
    found = sorted(root.glob(f"*/{_MODULE}.py"))
    if len(found) != 1:
        raise RepositoryError(f"start this in the repository's own folder: {root} has no pipeline that runs here")
    run: LocalRun = importlib.import_module(f"{found[0].parent.name}.{_MODULE}").LOCAL_RUN
    return run


def variables(root: Path, environment: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The build's variables on this machine: the example's, the caller's above those, the repository's own above all.

    Args:
        root: of the repository; its ``.env.example`` names every variable of the build.
    """
    text = (root / ".env.example").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    # As a shell would read them: a value may stand in quotes.
    example = {name: "".join(shlex.split(value)) for name, _, value in (line.partition("=") for line in lines)}
    given = {name: environment[name] for name in example if environment.get(name)}
    return {**example, **given, **own}
