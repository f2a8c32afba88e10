"""A project whose repository defines a SageMaker pipeline: read back, pushed to, built, executed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.rehearsal.acting import RightMissing
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.hub import LATER
from sagemaker_templates.rehearsal.ml_pipeline import MlPipeline, MlStepFailed
from sagemaker_templates.rehearsal.pushing import push
from sagemaker_templates.rehearsal.reading import read_back
from sagemaker_templates.rehearsal.releasing import Release
from sagemaker_templates.rehearsal.report import Timeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip, Tip
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings
from sagemaker_templates.rehearsal.tuning import TinyTask
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import all_templates

TUNES = "finetune_llm_evaluation"

_CHANGED: Mapping[str, Mapping[str, Any]] = {
    "xgboost_abalone": {"MaxDepth": 4},
    "hf_import_models": {"Revision": LATER},
}
_DEFAULTS: Mapping[str, Any] = MappingProxyType({})


@dataclass
class PipelineProject:
    """One project whose stacks are applied.

    Attributes:
        outputs: of the project's stack.
        python_for: gives the Python for a repository that lies in a folder.
        work: an empty folder.
        tip: where its repository's files are read from.
        instead: variables of its builds that have another value in a rehearsal.
        repository: the folder with the repository's files, once it is delivered.
        executions: how often its pipeline has been executed.
    """

    emulator: Emulator
    project: Project
    outputs: Mapping[str, Any]
    timeline: Timeline
    python_for: Callable[[Path], Path]
    work: Path
    tip: Tip = field(default_factory=CodeCommitTip)
    instead: Mapping[str, str] = field(default_factory=dict)
    repository: Path = field(default=Path(), init=False)
    executions: int = field(default=0, init=False)

    @cached_property
    def happenings(self) -> Happenings:
        """What happens where it is."""
        environment = self.project.environment
        place = Place(environment.account_id, environment.region)
        return Happenings(self.emulator, place, self.timeline)

    @property
    def ml_pipeline(self) -> str:
        """The name of its SageMaker pipeline."""
        return str(self.outputs["sagemaker_pipeline_name"])

    def deliver(self) -> None:
        """Read the repository, push, and run what the push starts.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        release = Release(self.happenings, str(self.outputs["delivery_pipeline_name"]), {}, self.tip, self.instead)
        pipeline, read = release.definition(), self.work / "read"
        read.mkdir(parents=True)
        self.repository = read_back(self.happenings, pipeline, self.project, read, self.tip)
        push(self.happenings, self.project.repository.type, pipeline, self.tip)
        release.deliver(self._python, self.work / "delivery")

    def execute(self, others: Mapping[str, Any] = _DEFAULTS) -> list[str]:
        """Execute the pipeline that the build has put into AWS, with the scripts that it has put into the bucket.

        Returns the ARNs of what was registered: nothing where this Python cannot execute it.

        Args:
            others: parameters that have another value than their default.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        pipeline = self._client("sagemaker").describe_pipeline(PipelineName=self.ml_pipeline)
        if pipeline["RoleArn"] != self.outputs["execution_role_arn"]:
            told = f"{self.ml_pipeline} runs as {pipeline['RoleArn']}, which is not the execution role"
            self.happenings.fail(ADMINISTRATOR, told)
        role = pipeline["RoleArn"].rpartition("/")[2]
        parameters = self._parameters()
        if parameters is None:
            return []
        self.executions += 1
        work = self.work / f"execution-{self.executions}"
        work.mkdir()
        try:
            return MlPipeline(
                self.emulator,
                pipeline["PipelineArn"],
                pipeline["RoleArn"],
                pipeline["PipelineDefinition"],
                self._python,
                self.repository,
                work,
                tell=lambda actor, step, what: self.happenings.note(actor, f"{self.ml_pipeline}: {step}: {what}"),
                now=self.timeline.now,
                parameters={**parameters, **others},
            ).execute()
        except (MlStepFailed, RightMissing) as error:
            self.happenings.fail(role, str(error))

    @property
    def changed(self) -> Mapping[str, Any]:
        """The parameter of the pipeline that makes a later model another.

        Fewer rounds of XGBoost's training would not: it stops early.
        """
        if self.project.template == TUNES:
            return self._task.changed
        return _CHANGED[self.project.template]

    def results(self) -> dict[str, int]:
        """How many lines the predictions have that its executions have left, by the file's key."""
        bucket, _, prefix = str(self.outputs["results_location"]).removeprefix("s3://").partition("/")
        s3 = self._client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
        keys = [each["Key"] for page in pages for each in page.get("Contents", []) if each["Key"].endswith(".out")]
        return {key: len(s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()) for key in keys}

    @cached_property
    def _python(self) -> Path:
        return self.python_for(self.repository)

    def _parameters(self) -> dict[str, Any] | None:
        """What the pipeline is executed with; None where it cannot be executed with this Python."""
        if self.project.template != TUNES:
            return {}
        task, place = self._task, self.happenings.place
        if lacking := task.lacking:
            named = "name one that has them by --python"
            self._leave_out(f"{self.ml_pipeline}: this environment has no {', '.join(lacking)}; {named}")
            return None
        return task.put(self.emulator, place.account, place.region)

    @property
    def _task(self) -> TinyTask:
        return TinyTask(self._python, str(self.outputs["artifact_bucket"]))

    def _leave_out(self, what: str) -> None:
        self.timeline.add(self.happenings.place.account, ADMINISTRATOR, what, "left out")

    @cached_property
    def _names(self) -> ProjectNames:
        return ProjectNames(self.project, all_templates()[self.project.template].repository_suffix)

    def _client(self, service: str) -> Any:
        place = self.happenings.place
        return self.emulator.client(service, place.account, place.region)
