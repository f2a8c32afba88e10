"""What is rehearsed of a project that deploys: from an approval to an endpoint in each account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.rehearsal.acting import RightMissing
from sagemaker_templates.rehearsal.containers.known import Containers, serves_language_models
from sagemaker_templates.rehearsal.endpoint import ServedEndpoint, image_of
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.invoking import Predictions, Running, invoke
from sagemaker_templates.rehearsal.language_settings import for_language_models
from sagemaker_templates.rehearsal.pushing import push
from sagemaker_templates.rehearsal.reading import read_back
from sagemaker_templates.rehearsal.releasing import Release
from sagemaker_templates.rehearsal.replaced import check_replaced
from sagemaker_templates.rehearsal.report import Timeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip, Tip
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings
from sagemaker_templates.settings.model import Project, Target
from sagemaker_templates.templates.registry import all_templates

_SERVES = "InService"


@dataclass(frozen=True)
class Rolled:
    """What an approval has led to.

    Attributes:
        python: that the repository's builds ran with.
        running: the endpoints, stage by stage.
    """

    python: Path
    running: Sequence[Running]
    predictions: Predictions


@dataclass
class Deployment:
    """The rehearsal of one project of model_deploy whose stacks are applied.

    Attributes:
        python_for: gives the Python for a repository that lies in a folder.
        machine: the variables that Terraform needs on this machine, such as where its provider is.
        containers: what the endpoints' models are served by.
        work: an empty folder.
        tip: where its repository's files are read from.
        repository: the folder with the repository's files, once it is prepared.
    """

    emulator: Emulator
    project: Project
    timeline: Timeline
    python_for: Callable[[Path], Path]
    machine: Mapping[str, str]
    containers: Containers
    work: Path
    tip: Tip = field(default_factory=CodeCommitTip)
    repository: Path = field(default=Path(), init=False)

    def prepare(self, registered: str) -> None:
        """Read the repository back; for a language model, push the settings that one needs.

        Args:
            registered: the ARN of the version that is to be approved.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        (self.work / "read").mkdir()
        pipeline = self._release.definition()
        self.repository = read_back(self._happenings, pipeline, self.project, self.work / "read", self.tip)
        image = image_of(self.emulator, registered, self._happenings.place.region)
        if not serves_language_models(image):
            return
        changes = for_language_models(self.repository, image)
        self.tip = push(self._happenings, self.project.repository.type, pipeline, self.tip, changes)
        self._release.deliver(self.python_for(self.repository), self.work / "settings")

    def follow(self, approved: str) -> Rolled:
        """Go on from the first approval.

        Args:
            approved: the ARN of the version.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        return self._roll_out(approved, self.python_for(self.repository), "first")

    def follow_again(self, approved: str, before: Rolled) -> None:
        """Go on from the approval of a later version, whose model answers otherwise.

        Args:
            approved: the ARN of the version.
            before: what the earlier approval has led to.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        after = self._roll_out(approved, before.python, "second")
        for old, new in zip(before.running, after.running, strict=True):
            check_replaced(new.happenings, old.endpoint, new.endpoint, approved)
            name = new.endpoint.name
            if name in after.predictions and after.predictions[name] == before.predictions[name]:
                new.happenings.fail(ADMINISTRATOR, f"{name} answers as before: it is the earlier model")

    def _roll_out(self, approved: str, python: Path, folder: str) -> Rolled:
        self._happenings.start(self._happenings.place.decided(approved, "Approved"), self._name)
        self._release.deliver(python, self.work / folder)
        running = [self._started(target) for target in self.project.stages]
        return Rolled(python, running, invoke(self.containers, running))

    @property
    def _happenings(self) -> Happenings:
        environment = self.project.environment
        return Happenings(self.emulator, Place(environment.account_id, environment.region), self.timeline)

    @property
    def _release(self) -> Release:
        return Release(self._happenings, self._name, self.machine, self.tip)

    @property
    def _name(self) -> str:
        return ProjectNames(self.project, all_templates()[self.project.template].repository_suffix).delivery_pipeline

    def _started(self, target: Target) -> Running:
        """The endpoint that a stage has left in its account, and what SageMaker does as its role."""
        name = TargetNames(self.project, target).endpoint
        there = Happenings(self.emulator, Place(target.account_id, target.region), self.timeline)
        endpoint = ServedEndpoint(self.emulator, target.account_id, target.region, name)
        try:
            served = endpoint.start()
        except (ClientError, RightMissing) as error:
            there.fail(endpoint.role, str(error))
        there.note(endpoint.role, f"{name}: pulled its image, loaded its model, started")
        status = endpoint.described["EndpointStatus"]
        if status != _SERVES:
            there.fail(ADMINISTRATOR, f"{name} is {status}")
        there.note(ADMINISTRATOR, f"{name} is {status}")
        return Running(there, endpoint, served)
