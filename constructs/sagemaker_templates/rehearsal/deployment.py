"""What is rehearsed of a project that deploys: from an approval to an endpoint in each account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.rehearsal.acting import RightMissing
from sagemaker_templates.rehearsal.endpoint import ServedEndpoint
from sagemaker_templates.rehearsal.events import Place
from sagemaker_templates.rehearsal.reading import read_back
from sagemaker_templates.rehearsal.releasing import Release
from sagemaker_templates.rehearsal.report import Timeline
from sagemaker_templates.rehearsal.repository import CodeCommitTip, Tip
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings
from sagemaker_templates.settings.model import Project, Target
from sagemaker_templates.templates.registry import all_templates

_SERVES = "InService"


@dataclass(frozen=True)
class Deployment:
    """The rehearsal of one project of model_deploy whose stacks are applied.

    Attributes:
        python_for: gives the Python for a repository that lies in a folder.
        machine: the variables that Terraform needs on this machine, such as where its provider is.
        work: an empty folder.
        tip: where its repository's files are read from.
    """

    emulator: Emulator
    project: Project
    timeline: Timeline
    python_for: Callable[[Path], Path]
    machine: Mapping[str, str]
    work: Path
    tip: Tip = field(default_factory=CodeCommitTip)

    def follow(self, approved: str) -> None:
        """Go on from an approval.

        Args:
            approved: the ARN of the version.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        group, _, version = approved.rpartition(":model-package/")[2].partition("/")
        environment = self.project.environment
        place = Place(environment.account_id, environment.region)
        happenings = Happenings(self.emulator, place, self.timeline)
        release = Release(happenings, self._name, self.machine, self.tip)
        (self.work / "read").mkdir()
        repository = read_back(happenings, release.definition(), self.project, self.work / "read", self.tip)
        happenings.start(place.approved(approved, group, int(version)), self._name)
        release.deliver(self.python_for(repository), self.work / "delivery")
        for target in self.project.stages:
            self._look_at(TargetNames(self.project, target).endpoint, target)

    @property
    def _name(self) -> str:
        return ProjectNames(self.project, all_templates()[self.project.template].repository_suffix).delivery_pipeline

    def _look_at(self, name: str, target: Target) -> None:
        """The endpoint that a stage has left in its account, and what SageMaker does as its role."""
        there = Happenings(self.emulator, Place(target.account_id, target.region), self.timeline)
        endpoint = ServedEndpoint(self.emulator, target.account_id, target.region, name)
        try:
            endpoint.start()
        except (ClientError, RightMissing) as error:
            there.fail(endpoint.role, str(error))
        there.note(endpoint.role, f"{name}: pulled its image, loaded its model, started")
        status = endpoint.described["EndpointStatus"]
        if status != _SERVES:
            there.fail(ADMINISTRATOR, f"{name} is {status}")
        there.note(ADMINISTRATOR, f"{name} is {status}")
