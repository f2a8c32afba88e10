"""One run on this machine: everything between what a person has asked for and what they are told."""

import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops.local.aws.boto3.registry import Registry
from mlops.local.compilation import Compiled, compiled, parse_each_service_model_once
from mlops.local.definition import Definition, Json
from mlops.local.execution import Execution
from mlops.local.pipeline import LocalPipeline, NotReadyError
from mlops.local.progress import Progress
from mlops.local.repository import Ground, LocalRun
from mlops.local.state import State
from mlops.local.steps import Surroundings
from mlops.local.store import FolderStore
from mlops.settings import Settings

IDENTIFIER = "local"
_S3, _JOBS, _REGISTRY = "s3", "jobs", "registry"
_AWS = Path(__file__).with_name("aws")
# A way out of a company's network, and its certificates; where models come from.
_ONLINE = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HF_ENDPOINT"),
)


@dataclass(frozen=True)
class Wishes:
    """What a person has asked for."""

    parameters: Mapping[str, object]
    step: str | None
    data: Path | None
    model: Path | None
    namespaces: bool


@dataclass(frozen=True)
class Run:
    """A repository's pipeline in an output's folder."""

    repository: LocalRun
    settings: Settings
    compiled: Compiled
    state: State
    progress: Progress

    @property
    def output(self) -> Path:
        """Where everything lies that a run leaves."""
        return self.state.output

    @property
    def definition(self) -> Definition:
        """The pipeline's."""
        return self.compiled.definition

    @property
    def ground(self) -> Ground:
        """Where the pipeline runs."""
        return Ground(self.settings, FolderStore(self.output / _S3), Registry(self.output / _REGISTRY))

    def execute(self, wishes: Wishes) -> Execution:
        """Run the pipeline, or one step of it.

        Raises:
            NotReadyError: the step cannot run yet, or not with what is given.
        """
        goes_on = wishes.step is not None and self.state.execution is not None
        pipeline = LocalPipeline(
            self.definition, self._surroundings(), self.output / _JOBS, self.progress.around, wishes.namespaces
        )
        if wishes.step is not None:
            pipeline.refuse_unready(wishes.step, self.state.execution or Execution(IDENTIFIER, {}))
            self._refuse_what_is_too_late(wishes, wishes.step)
        with self.progress.around("Set up"):
            if not goes_on:
                self._start_over()
            self._put_data(wishes.data, anew=not goes_on)
            self.compiled.upload(self.ground.store)
            prepared = self._prepared(wishes.model, anew=not goes_on)
        given = {**self.state.given, **prepared, **wishes.parameters}
        self.state.given = {name: value for name, value in given.items() if name in self.definition.parameters}
        execution = self.state.execution = self.state.execution or Execution(IDENTIFIER, {})
        execution.parameters = pipeline.values(self.state.given)
        try:
            return self._run(pipeline, execution, wishes.step)
        finally:
            # Also where a person interrupts it: the next --step goes on from here.
            self.state.save()

    def _refuse_what_is_too_late(self, wishes: Wishes, step: str) -> None:
        before = self.definition.before(step)
        if before and (wishes.data or wishes.model):
            raise NotReadyError(f"{step} goes on from {before[0].name}: give --data and --model to that step")

    def _run(self, pipeline: LocalPipeline, execution: Execution, step: str | None) -> Execution:
        if step is None:
            return pipeline.proceed(execution)
        self.ground.store.remove(self._results(step))
        return pipeline.run_step(step, execution)

    def _surroundings(self) -> Surroundings:
        ground = self.ground
        secret = os.environ.get(self.repository.secret, "") if self.repository.secret else ""
        online = {name: os.environ[name] for name in _ONLINE if os.environ.get(name)}
        return Surroundings(
            ground.store,
            online={
                **online,
                "PYTHONPATH": str(_AWS),
                "LOCAL_AWS": str(self.output.resolve()),
                **({"LOCAL_SECRET": secret} if secret else {}),
            },
            register=lambda package: str(ground.registry.create_model_package(**package)["ModelPackageArn"]),
            describe_package=lambda arn: ground.registry.describe_model_package(ModelPackageName=arn),
        )

    def _start_over(self) -> None:
        self.state.start_over([_JOBS, _REGISTRY])
        self.ground.store.remove(self._results())

    def _results(self, *step: str) -> str:
        """Where the execution's results lie, as ``Jobs.results`` places them."""
        return self.settings.uri("pipelines", self.settings.pipeline_name, "executions", IDENTIFIER, *step)

    def _put_data(self, given: Path | None, *, anew: bool) -> None:
        """The given data, or a sample; a step that goes on finds what lies there."""
        data, store = self.repository.data, self.ground.store
        if data is None or (given is None and not anew):
            return
        location = self.settings.uri(data.key)
        store.remove(location)
        if given is not None:
            store.keep(given, location)
            return
        sample = self.output / "sample"
        sample.write_text(data.sample(), encoding="utf-8")
        store.keep(sample, location)
        sample.unlink()

    def _prepared(self, model: Path | None, *, anew: bool) -> Json:
        """The parameters that a run on this machine has of its own."""
        if not anew and model is None:
            return {}
        option = self.repository.model
        return {**self.repository.parameters, **(option.prepare(self.ground, model) if option else {})}


def compile_here(repository: LocalRun, variables: Mapping[str, str]) -> tuple[Settings, Compiled]:
    """Compile with variables of the build, and with nothing of the caller's AWS.

    Raises:
        SettingsError: a variable is missing or wrong.
    """
    for name in [name for name in os.environ if name.startswith("AWS_") and name not in variables]:
        del os.environ[name]
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    os.environ.update({**nowhere, "AWS_EC2_METADATA_DISABLED": "true", **variables})
    os.environ["AWS_DEFAULT_REGION"] = variables["AWS_REGION"]
    parse_each_service_model_once()
    # At compile time the SDK tells at length what it does not do.
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore", message="Running within a PipelineSession")
    settings = Settings.from_environment(variables)
    return settings, compiled(repository.pipeline, settings)
