"""Executes a compiled pipeline definition on this machine: the real scripts, real data, no AWS.

What SageMaker does around the scripts is done here from the definition alone: parameters, references between
steps, inputs and outputs, the packing of the model, conditions, registration, models and transform jobs. S3 is a
folder, in which s3://bucket/key is the file bucket/key.
"""

import json
import operator
import shutil
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from job_sandbox import JobFailedError, Sandbox
from local_transform import LocalTransform
from pipeline_definition import Definition, Json, Step, Value, path_parts

_ML = PurePosixPath("/opt/ml")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "LessThanOrEqualTo": operator.le,
    "LessThan": operator.lt,
    "GreaterThanOrEqualTo": operator.ge,
    "GreaterThan": operator.gt,
    "Equals": operator.eq,
}


class StepFailedError(RuntimeError):
    """A step failed, and so does the execution."""


@dataclass
class Execution:
    """What became of one execution."""

    identifier: str
    parameters: Mapping[str, Value]
    steps: list[str] = field(default_factory=list)
    registered: list[Json] = field(default_factory=list)
    # What processing jobs left as their exit messages.
    messages: dict[str, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def status(self) -> str:
        """In SageMaker's words."""
        return "Failed" if self.failure is not None else "Succeeded"


@dataclass(frozen=True)
class LocalPipeline:
    """Runs a definition.

    Attributes:
        s3: the folder that holds the buckets.
        surroundings: what the platform puts into every job's environment, such as where AWS is.
        limits: a command that every job's command runs under.
        describe_package: what the model registry answers about a package's ARN.
    """

    definition: Definition
    s3: Path
    workspace: Path
    surroundings: Mapping[str, str] = field(default_factory=dict)
    limits: Sequence[str] = ()
    describe_package: Callable[[str], Json] | None = None

    def run(self, identifier: str, parameters: Mapping[str, Value] | None = None) -> Execution:
        """Execute once, with values for some of the parameters."""
        values = _parameter_values(self.definition, parameters or {})
        run = _Run(self, Execution(identifier, values), Sandbox(self.workspace / identifier))
        try:
            for step in self.definition.order():
                run.step(step)
        except StepFailedError as error:
            run.execution.failure = str(error)
        return run.execution

    def path(self, uri: str) -> Path:
        """Where an S3 location lies on this machine."""
        return self.s3 / uri.removeprefix("s3://")


def _parameter_values(definition: Definition, given: Mapping[str, Value]) -> dict[str, Value]:
    unknown = given.keys() - definition.parameters.keys()
    if unknown:
        raise ValueError(f"the pipeline has no parameter {', '.join(sorted(unknown))}")
    defaults = {name: each.get("DefaultValue") for name, each in definition.parameters.items()}
    return defaults | dict(given)


@dataclass
class _Run:
    pipeline: LocalPipeline
    execution: Execution
    sandbox: Sandbox
    properties: dict[str, Json] = field(default_factory=dict)
    # Which steps each condition that was reached has chosen.
    chosen: dict[str, set[str]] = field(default_factory=dict)
    models: dict[str, Json] = field(default_factory=dict)

    def step(self, step: Step) -> None:
        if step.condition and step.name not in self.chosen.get(step.condition, set()):
            return
        actions: Mapping[str, Callable[[Step], None]] = {
            "Processing": self._processing,
            "Training": self._training,
            "Condition": self._condition,
            "RegisterModel": self._register,
            "Model": self._create_model,
            "Transform": self._transform,
            "Fail": self._fail,
        }
        self.execution.steps.append(step.name)
        actions[step.type](step)

    def _processing(self, step: Step) -> None:
        arguments = self._value(step.arguments)
        outputs = {each["OutputName"]: each["S3Output"] for each in arguments["ProcessingOutputConfig"]["Outputs"]}
        for each in arguments["ProcessingInputs"]:
            self._fetch(each["S3Input"]["S3Uri"], self._in_container(step, each["S3Input"]["LocalPath"]))
        for output in outputs.values():
            self._in_container(step, output["LocalPath"]).mkdir(parents=True, exist_ok=True)
        application = arguments["AppSpecification"]
        isolated = arguments["NetworkConfig"]["EnableNetworkIsolation"]
        self._job(
            step,
            [*application["ContainerEntrypoint"], *application.get("ContainerArguments", [])],
            isolated=isolated,
            environment=arguments.get("Environment", {}),
            reason="output/message",
        )
        message = self.sandbox.folder(step.name) / "output/message"
        if message.exists():
            self.execution.messages[step.name] = message.read_text(encoding="utf-8")
        for output in outputs.values():
            source = self._in_container(step, output["LocalPath"])
            shutil.copytree(source, self.pipeline.path(output["S3Uri"]), dirs_exist_ok=True)
        self.properties[step.name] = {
            "ProcessingOutputConfig": {"Outputs": {name: {"S3Output": each} for name, each in outputs.items()}},
            "PropertyFiles": {
                each["PropertyFileName"]: f"{outputs[each['OutputName']]['S3Uri']}/{each['FilePath']}"
                for each in step.property_files
            },
        }

    def _training(self, step: Step) -> None:
        arguments = self._value(step.arguments)
        folder = self.sandbox.folder(step.name)
        for name in ("model", "output/data", "input/config"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for channel in arguments["InputDataConfig"]:
            location = channel["DataSource"]["S3DataSource"]["S3Uri"]
            self._fetch(location, folder / "input/data" / channel["ChannelName"])
        hyperparameters = json.dumps(arguments["HyperParameters"])
        (folder / "input/config/hyperparameters.json").write_text(hyperparameters, encoding="utf-8")
        kept = self.pipeline.path(arguments.get("CheckpointConfig", {}).get("S3Uri", f"{step.name}/nothing"))
        checkpoints = folder / "checkpoints"
        if kept.is_dir():
            shutil.copytree(kept, checkpoints, dirs_exist_ok=True)
        algorithm = arguments["AlgorithmSpecification"]
        self._job(
            step,
            [*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", [])],
            isolated=arguments["EnableNetworkIsolation"],
            environment=arguments.get("Environment", {}),
            reason="output/failure",
        )
        if "CheckpointConfig" in arguments and checkpoints.is_dir():
            shutil.copytree(checkpoints, kept, dirs_exist_ok=True)
        job = f"{arguments['TrainingJobName']}-{self.execution.identifier}"
        location = f"{arguments['OutputDataConfig']['S3OutputPath']}/{job}/output/model.tar.gz"
        _pack(folder / "model", self.pipeline.path(location))
        self.properties[step.name] = {"ModelArtifacts": {"S3ModelArtifacts": location}}

    def _condition(self, step: Step) -> None:
        holds = all(
            _COMPARE[each["Type"]](self._value(each["LeftValue"]), self._value(each["RightValue"]))
            for each in step.arguments["Conditions"]
        )
        branch = step.arguments["IfSteps" if holds else "ElseSteps"]
        self.chosen[step.name] = {each["Name"] for each in branch}

    def _register(self, step: Step) -> None:
        self.execution.registered.append(self._value(step.arguments))

    def _create_model(self, step: Step) -> None:
        arguments = self._value(step.arguments)
        name = f"{arguments['ModelName']}-{self.execution.identifier}"
        self.models[name] = arguments
        self.properties[step.name] = {"ModelName": name}

    def _transform(self, step: Step) -> None:
        arguments = self._value(step.arguments)
        model = self.models[arguments["ModelName"]]
        assert self.pipeline.describe_package is not None, "this pipeline needs a model registry"
        package = self.pipeline.describe_package(model["Containers"][0]["ModelPackageName"])
        transform = LocalTransform(self.sandbox, step.name, self.pipeline.path)
        transform.load(package["InferenceSpecification"]["Containers"][0], isolated=model["EnableNetworkIsolation"])
        try:
            transform.run(arguments)
        except JobFailedError as error:
            raise StepFailedError(f"{step.name}: {error}") from error

    def _fail(self, step: Step) -> None:
        raise StepFailedError(f"{step.name}: {self._value(step.arguments['ErrorMessage'])}")

    def _job(
        self, step: Step, command: list[str], *, isolated: bool, environment: Mapping[str, str], reason: str
    ) -> None:
        try:
            self.sandbox.run(
                step.name,
                [*self.pipeline.limits, *command],
                isolated=isolated,
                environment={**self.pipeline.surroundings, **environment},
            )
        except JobFailedError as error:
            told = self.sandbox.folder(step.name) / reason
            raise StepFailedError(f"{step.name}: {told.read_text() if told.exists() else error}") from error

    def _fetch(self, uri: str, target: Path) -> None:
        source = self.pipeline.path(uri)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        else:
            raise StepFailedError(f"nothing is at {uri}")

    def _in_container(self, step: Step, path: str) -> Path:
        return self.sandbox.folder(step.name) / PurePosixPath(path).relative_to(_ML)

    def _value(self, value: Value) -> Value:
        """The value with every reference resolved, as SageMaker does when a step starts."""
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Get"}:
            return self._get(value["Get"])
        if set(value) == {"Std:Join"}:
            join = value["Std:Join"]
            return join["On"].join(str(self._value(each)) for each in join["Values"])
        if set(value) == {"Std:JsonGet"}:
            return self._json_get(value["Std:JsonGet"])
        return {key: self._value(each) for key, each in value.items()}

    def _get(self, reference: str) -> Value:
        kind, _, rest = reference.partition(".")
        if kind == "Parameters":
            return self.execution.parameters[rest]
        if kind == "Execution":
            return {
                "PipelineExecutionId": self.execution.identifier,
                "PipelineExecutionArn": f"arn:local:execution/{self.execution.identifier}",
            }[rest]
        step, _, path = rest.partition(".")
        return _dig(self.properties[step], path)

    def _json_get(self, function: Json) -> Value:
        file = self.pipeline.path(self._value(function["PropertyFile"]))
        return _dig(json.loads(file.read_text(encoding="utf-8")), function["Path"])


def _dig(value: Value, path: str) -> Value:
    for part in path_parts(path):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _pack(folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
