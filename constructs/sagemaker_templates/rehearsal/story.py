"""What is rehearsed of a project that trains, in its order: from the seeded repository to the approved model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.rehearsal.acting import RightMissing, RoleSession, session_of
from sagemaker_templates.rehearsal.delivery import Action, DeliveryPipeline
from sagemaker_templates.rehearsal.events import Place, Started, started_by
from sagemaker_templates.rehearsal.ml_pipeline import MlPipeline, MlStepFailed
from sagemaker_templates.rehearsal.report import Outcome, Timeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip
from sagemaker_templates.seeds import assemble
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.wording import counted

ADMINISTRATOR = "administrator"
"""Whoever applies, pushes and approves: a person, not one of the roles that Terraform made."""


class RehearsalFailed(StepFailed):
    """Something did not come out as AWS would have needed it; the message says what."""


@dataclass(frozen=True)
class Story:
    """The rehearsal of one project whose stacks are applied.

    Attributes:
        outputs: of the project's stack.
        python_for: gives the Python for a repository that lies in a folder.
        work: an empty folder.
    """

    emulator: Emulator
    project: Project
    outputs: Mapping[str, Any]
    timeline: Timeline
    python_for: Callable[[Path], Path]
    work: Path

    def tell(self) -> None:
        """Go through it.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        self.timeline.now(f"Reading {self._names.repository}")
        repository = self._read_back()
        self._start_by_push()
        python = self.python_for(repository)
        self._deliver(python)
        self._execute(repository, python)

    @property
    def _account(self) -> str:
        return self.project.environment.account_id

    @property
    def _region(self) -> str:
        return self.project.environment.region

    @cached_property
    def _pipeline(self) -> dict[str, Any]:
        name = str(self.outputs["delivery_pipeline_name"])
        return DeliveryPipeline(self.emulator, self._account, self._region, name, Path()).definition()

    @cached_property
    def _names(self) -> ProjectNames:
        return ProjectNames(self.project, all_templates()[self.project.template].repository_suffix)

    def _read_back(self) -> Path:
        """Read the repository as the delivery pipeline does, and compare it with its seed."""
        pipeline = self._arn("codepipeline", self._pipeline["name"])
        actor = self._acting(self._pipeline["roleArn"], "codepipeline", pipeline)
        configuration = {"RepositoryName": self._names.repository, "BranchName": "main"}
        (self.work / "read").mkdir()
        try:
            folder = CodeCommitTip().checkout(configuration, actor, self.work / "read")
        except (ClientError, RightMissing) as error:
            self._fail(actor.role, str(error))
        read = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        seed = assemble(all_templates()[self.project.template].seed)
        different = sorted(path for path in read.keys() | seed.keys() if read.get(path) != seed.get(path))
        if different:
            self._fail(actor.role, f"{self._names.repository} is not as it was seeded: {', '.join(different)}")
        files = counted(len(read), "file")
        self.timeline.add(self._account, actor.role, f"read {self._names.repository}: {files}, as they were seeded")
        return folder

    def _start_by_push(self) -> None:
        codecommit = self.emulator.client("codecommit", self._account, self._region)
        tip = codecommit.get_branch(repositoryName=self._names.repository, branchName="main")["branch"]["commitId"]
        told = f"told EventBridge of a push to main of {self._names.repository}: {tip[:_SHORT]}"
        self.timeline.add(self._account, ADMINISTRATOR, told)
        event = Place(self._account, self._region).pushed(self._names.repository, tip)
        name = self._pipeline["name"]
        wanted = self._arn("codepipeline", name)
        only = self._matched(started_by(self.emulator, event), wanted)
        actor = self._acting(only.role_arn, "events", self._arn("events", f"rule/{only.rule}"))
        try:
            actor.client("codepipeline").start_pipeline_execution(name=name)
        except ClientError as error:
            self._fail(actor.role, str(error))
        self.timeline.add(self._account, actor.role, f"the rule {only.rule} matches: started {name}")

    def _matched(self, started: list[Started], wanted: str) -> Started:
        """What is to be started; exactly that must be, and nothing else."""
        if [each.target_arn for each in started] != [wanted]:
            found = ", ".join(f"{each.rule} for {each.target_arn}" for each in started) or "no rule"
            self._fail(ADMINISTRATOR, f"the event is to start {wanted} alone; it matches {found}")
        (only,) = started
        return only

    def _deliver(self, python: Path) -> None:
        pipeline = DeliveryPipeline(
            self.emulator,
            self._account,
            self._region,
            self._pipeline["name"],
            python,
            tell=self._acted,
        )
        (self.work / "delivery").mkdir()
        self.timeline.now(f"Running {pipeline.name}")
        execution = pipeline.run(CodeCommitTip(), self.work / "delivery")
        if execution.failed:
            raise RehearsalFailed(f"{execution.failed} failed:\n{execution.logs[execution.failed]}")

    def _acted(self, action: Action) -> None:
        role = action.role_arn.rpartition("/")[2]
        outcome: Outcome = "failed" if action.failed else "done"
        self.timeline.add(action.account, role, f"{self._pipeline['name']}: {action.name}", outcome)

    def _execute(self, repository: Path, python: Path) -> None:
        """Execute the pipeline that the build has put into AWS, with the scripts that it has put into the bucket."""
        sagemaker = self.emulator.client("sagemaker", self._account, self._region)
        name = str(self.outputs["sagemaker_pipeline_name"])
        pipeline = sagemaker.describe_pipeline(PipelineName=name)
        if pipeline["RoleArn"] != self.outputs["execution_role_arn"]:
            self._fail(ADMINISTRATOR, f"{name} runs as {pipeline['RoleArn']}, which is not the execution role")
        role = pipeline["RoleArn"].rpartition("/")[2]
        (self.work / "execution").mkdir()
        try:
            registered = MlPipeline(
                self.emulator,
                pipeline["PipelineArn"],
                pipeline["RoleArn"],
                pipeline["PipelineDefinition"],
                python,
                repository,
                self.work / "execution",
                tell=lambda step, what: self.timeline.add(self._account, role, f"{name}: {step}: {what}"),
                now=self.timeline.now,
            ).execute()
        except (MlStepFailed, RightMissing) as error:
            self._fail(role, str(error))
        self._decide(registered)

    def _decide(self, registered: list[str]) -> None:
        """What was registered waits for a person, who approves it."""
        sagemaker = self.emulator.client("sagemaker", self._account, self._region)
        for arn in registered:
            status = sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"]
            if status != _UNDECIDED:
                self._fail(ADMINISTRATOR, f"{arn} is {status} before anybody has looked at it")
            sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
            self.timeline.add(self._account, ADMINISTRATOR, f"approved {arn.rpartition(':model-package/')[2]}")
        self.timeline.add(self._account, ADMINISTRATOR, "its deployment is not rehearsed yet", "left out")

    def _acting(self, role_arn: str, service: str, acting_for: str) -> RoleSession:
        return session_of(self.emulator, role_arn, f"{service}.amazonaws.com", self._region, acting_for)

    def _arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{self._region}:{self._account}:{name}"

    def _fail(self, role: str, what: str) -> NoReturn:
        self.timeline.add(self._account, role, what, "failed")
        raise RehearsalFailed(what)


_UNDECIDED = "PendingManualApproval"
_SHORT = 8
"""Characters of a commit's id that are shown."""
