"""What is rehearsed of a project that trains, in its order: from the seeded repository to the approved model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.rehearsal.acting import RightMissing
from sagemaker_templates.rehearsal.deployment import Deployment
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.ml_pipeline import MlPipeline, MlStepFailed
from sagemaker_templates.rehearsal.reading import read_back
from sagemaker_templates.rehearsal.releasing import Release
from sagemaker_templates.rehearsal.report import Timeline
from sagemaker_templates.rehearsal.second_version import Execute, SecondVersion
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import all_templates

_DEFAULTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Story:
    """The rehearsal of one project whose stacks are applied.

    Attributes:
        outputs: of the project's stack.
        python_for: gives the Python for a repository that lies in a folder.
        work: an empty folder.
        deployment: of the project that deploys what this one trains, whose stacks are applied too; None for none.
    """

    emulator: Emulator
    project: Project
    outputs: Mapping[str, Any]
    timeline: Timeline
    python_for: Callable[[Path], Path]
    work: Path
    deployment: Deployment | None = None

    def tell(self) -> None:
        """Go through it.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        (self.work / "read").mkdir()
        repository = read_back(self._happenings, self._pipeline, self.project, self.work / "read")
        self._start_by_push()
        python = self.python_for(repository)
        self._release.deliver(python, self.work / "delivery")
        for approved in self._decide(self._execute(repository, python)):
            self._deploy(approved, lambda parameters: self._execute(repository, python, parameters))

    @property
    def _account(self) -> str:
        return self.project.environment.account_id

    @property
    def _region(self) -> str:
        return self.project.environment.region

    @cached_property
    def _pipeline(self) -> dict[str, Any]:
        return self._release.definition()

    @property
    def _release(self) -> Release:
        return Release(self._happenings, str(self.outputs["delivery_pipeline_name"]))

    @cached_property
    def _names(self) -> ProjectNames:
        return ProjectNames(self.project, all_templates()[self.project.template].repository_suffix)

    def _start_by_push(self) -> None:
        codecommit = self.emulator.client("codecommit", self._account, self._region)
        tip = codecommit.get_branch(repositoryName=self._names.repository, branchName="main")["branch"]["commitId"]
        told = f"told EventBridge of a push to main of {self._names.repository}: {tip[:_SHORT]}"
        self.timeline.add(self._account, ADMINISTRATOR, told)
        place = Place(self._account, self._region)
        self._happenings.start(place.pushed(self._names.repository, tip), self._pipeline["name"])

    @property
    def _happenings(self) -> Happenings:
        return Happenings(self.emulator, Place(self._account, self._region), self.timeline)

    def _execute(self, repository: Path, python: Path, parameters: Mapping[str, Any] = _DEFAULTS) -> list[str]:
        """Execute the pipeline that the build has put into AWS, with the scripts that it has put into the bucket."""
        sagemaker = self.emulator.client("sagemaker", self._account, self._region)
        name = str(self.outputs["sagemaker_pipeline_name"])
        pipeline = sagemaker.describe_pipeline(PipelineName=name)
        if pipeline["RoleArn"] != self.outputs["execution_role_arn"]:
            self._fail(ADMINISTRATOR, f"{name} runs as {pipeline['RoleArn']}, which is not the execution role")
        role = pipeline["RoleArn"].rpartition("/")[2]
        work = self.work / ("execution-with-others" if parameters else "execution")
        work.mkdir()
        try:
            return MlPipeline(
                self.emulator,
                pipeline["PipelineArn"],
                pipeline["RoleArn"],
                pipeline["PipelineDefinition"],
                python,
                repository,
                work,
                tell=lambda step, what: self.timeline.add(self._account, role, f"{name}: {step}: {what}"),
                now=self.timeline.now,
                parameters=parameters,
            ).execute()
        except (MlStepFailed, RightMissing) as error:
            self._fail(role, str(error))

    def _decide(self, registered: list[str]) -> list[str]:
        """What was registered waits for a person, who approves it."""
        sagemaker = self.emulator.client("sagemaker", self._account, self._region)
        for arn in registered:
            status = sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"]
            if status != _UNDECIDED:
                self._fail(ADMINISTRATOR, f"{arn} is {status} before anybody has looked at it")
            sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
            self.timeline.add(self._account, ADMINISTRATOR, f"approved {arn.rpartition(':model-package/')[2]}")
        return registered

    def _deploy(self, approved: str, execute: Execute) -> None:
        if self.deployment is None:
            told = "no project of this environment deploys it"
            self.timeline.add(self._account, ADMINISTRATOR, told, "left out")
            return
        first = self.deployment.follow(approved)
        second = SecondVersion(self._happenings, str(self.outputs["execution_role_arn"]), execute).decided()
        self.deployment.follow_again(second, first)

    def _fail(self, role: str, what: str) -> NoReturn:
        self._happenings.fail(role, what)


_UNDECIDED = "PendingManualApproval"
_SHORT = 8
"""Characters of a commit's id that are shown."""
