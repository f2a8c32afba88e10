"""Runs single steps of a definition: what SageMaker does around scripts, models and decisions."""

import json
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mlops.local.conditions import UnknownConditionError, holds, in_words
from mlops.local.definition import Json, Step
from mlops.local.execution import Execution, Left
from mlops.local.references import References, UnknownReferenceError
from mlops.local.sandbox import JobFailedError, Sandbox
from mlops.local.serving import MakeServer, PackedCode
from mlops.local.store import NotThereError, Store
from mlops.local.transform import Model, Transform, UnknownTransformError

_ML = PurePosixPath("/opt/ml")


class StepFailedError(RuntimeError):
    """A step failed, and so does the execution."""


@dataclass(frozen=True)
class Surroundings:
    """What there is around the steps.

    Attributes:
        variables: what the platform puts into every job's environment, such as where AWS is.
        online: what jobs find there that are not cut off from the network.
        limits: a command that every job's command runs under.
        register: takes the request that makes a model package; None only keeps it with the execution.
        describe_package: what the model registry answers about a package's ARN.
        make_server: makes what answers requests of a transform job.
    """

    store: Store
    variables: Mapping[str, str] = field(default_factory=dict)
    online: Mapping[str, str] = field(default_factory=dict)
    limits: Sequence[str] = ()
    register: Callable[[Json], str] | None = None
    describe_package: Callable[[str], Json] | None = None
    make_server: MakeServer = PackedCode


@dataclass(frozen=True)
class Steps:
    """Runs the steps of one execution, in which they find what others left and leave what they have made."""

    surroundings: Surroundings
    execution: Execution
    sandbox: Sandbox

    @property
    def references(self) -> References:
        """What references in the steps find."""
        return References(self.execution, self.surroundings.store)

    def run(self, step: Step) -> None:
        """Run a step.

        Raises:
            StepFailedError: it failed, or it is of a type that cannot run here.
        """
        actions: Mapping[str, Callable[[Step], Left]] = {
            "Processing": self._processing,
            "Training": self._training,
            "Condition": self._condition,
            "RegisterModel": self._register,
            "Model": self._create_model,
            "Transform": self._transform,
            "Fail": self._fail,
        }
        if step.type not in actions:
            raise StepFailedError(f"{step.name}: steps of the type {step.type} cannot run on this machine")
        self.execution.steps.append(step.name)
        self.sandbox.clear(step.name)
        try:
            self.execution.left[step.name] = actions[step.type](step)
        except NotThereError as error:
            raise StepFailedError(str(error)) from error
        except (JobFailedError, UnknownConditionError, UnknownReferenceError, UnknownTransformError) as error:
            raise StepFailedError(f"{step.name}: {error}") from error

    def _processing(self, step: Step) -> Left:
        arguments = self.references.value(step.arguments)
        outputs = {each["OutputName"]: each["S3Output"] for each in arguments["ProcessingOutputConfig"]["Outputs"]}
        for each in arguments["ProcessingInputs"]:
            self.surroundings.store.fetch(
                each["S3Input"]["S3Uri"], self._in_container(step, each["S3Input"]["LocalPath"])
            )
        for output in outputs.values():
            self._in_container(step, output["LocalPath"]).mkdir(parents=True, exist_ok=True)
        application = arguments["AppSpecification"]
        self._job(
            step,
            [*application["ContainerEntrypoint"], *application.get("ContainerArguments", [])],
            isolated=arguments["NetworkConfig"]["EnableNetworkIsolation"],
            environment=arguments.get("Environment", {}),
            reason="output/message",
        )
        message = self.sandbox.folder(step.name) / "output/message"
        for output in outputs.values():
            self.surroundings.store.keep(self._in_container(step, output["LocalPath"]), output["S3Uri"])
        return Left(
            {
                "ProcessingOutputConfig": {"Outputs": {name: {"S3Output": each} for name, each in outputs.items()}},
                "PropertyFiles": {
                    each["PropertyFileName"]: f"{outputs[each['OutputName']]['S3Uri']}/{each['FilePath']}"
                    for each in step.property_files
                },
            },
            message=message.read_text(encoding="utf-8") if message.exists() else "",
        )

    def _training(self, step: Step) -> Left:
        arguments = self.references.value(step.arguments)
        folder, store = self.sandbox.folder(step.name), self.surroundings.store
        for name in ("model", "output/data", "input/config"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for channel in arguments["InputDataConfig"]:
            location = channel["DataSource"]["S3DataSource"]["S3Uri"]
            store.fetch(location, folder / "input/data" / channel["ChannelName"])
        hyperparameters = json.dumps(arguments["HyperParameters"])
        (folder / "input/config/hyperparameters.json").write_text(hyperparameters, encoding="utf-8")
        kept = arguments.get("CheckpointConfig", {}).get("S3Uri")
        if kept and store.exists(kept):
            store.fetch(kept, folder / "checkpoints")
        algorithm = arguments["AlgorithmSpecification"]
        self._job(
            step,
            [*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", [])],
            isolated=arguments["EnableNetworkIsolation"],
            environment=arguments.get("Environment", {}),
            reason="output/failure",
        )
        if kept and (folder / "checkpoints").is_dir():
            store.keep(folder / "checkpoints", kept)
        job = f"{arguments['TrainingJobName']}-{self.execution.identifier}"
        location = f"{arguments['OutputDataConfig']['S3OutputPath']}/{job}/output/model.tar.gz"
        _keep_packed(folder / "model", store, location)
        return Left({"ModelArtifacts": {"S3ModelArtifacts": location}})

    def _condition(self, step: Step) -> Left:
        conditions, value = step.arguments["Conditions"], self.references.value
        held = all(holds(each, value) for each in conditions)
        branch = step.arguments["IfSteps" if held else "ElseSteps"]
        return Left(
            chosen=[each["Name"] for each in branch],
            comparison=f"{' and '.join(in_words(each, value) for each in conditions)}: {'yes' if held else 'no'}",
        )

    def _register(self, step: Step) -> Left:
        package = self.references.value(step.arguments)
        register = self.surroundings.register
        return Left({"ModelPackageArn": register(package)} if register else {}, package=package)

    def _create_model(self, step: Step) -> Left:
        arguments = self.references.value(step.arguments)
        name = f"{arguments['ModelName']}-{self.execution.identifier}"
        return Left({"ModelName": name}, model=arguments)

    def _transform(self, step: Step) -> Left:
        arguments = self.references.value(step.arguments)
        if self.surroundings.describe_package is None:
            raise StepFailedError(f"{step.name}: there is no model registry to ask for the model")
        (model,) = (
            each.model
            for each in self.execution.left.values()
            if each.properties.get("ModelName") == arguments["ModelName"]
        )
        package = self.surroundings.describe_package(model["Containers"][0]["ModelPackageName"])
        (container,) = package["InferenceSpecification"]["Containers"]
        transform = Transform(self.sandbox, step.name, self.surroundings.store, self.surroundings.make_server)
        transform.run(arguments, Model(container, model["EnableNetworkIsolation"]))
        return Left({"TransformOutput": {"S3OutputPath": arguments["TransformOutput"]["S3OutputPath"]}})

    def _fail(self, step: Step) -> Left:
        raise StepFailedError(f"{step.name}: {self.references.value(step.arguments['ErrorMessage'])}")

    def _job(
        self, step: Step, command: list[str], *, isolated: bool, environment: Mapping[str, str], reason: str
    ) -> None:
        around = self.surroundings
        online = {} if isolated else around.online
        try:
            self.sandbox.run(
                step.name,
                [*around.limits, *command],
                isolated=isolated,
                environment={**around.variables, **online, **environment},
            )
        except JobFailedError as error:
            told = self.sandbox.folder(step.name) / reason
            raise StepFailedError(f"{step.name}: {told.read_text() if told.exists() else error}") from error

    def _in_container(self, step: Step, path: str) -> Path:
        return self.sandbox.folder(step.name) / PurePosixPath(path).relative_to(_ML)


def _keep_packed(folder: Path, store: Store, location: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary) / PurePosixPath(location).name
        with tarfile.open(archive, "w:gz") as packed:
            for path in sorted(folder.iterdir()):
                packed.add(path, path.name)
        store.keep(archive, location)
