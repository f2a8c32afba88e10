"""What is rehearsed of a project, in its order; which chapters there are depends on what stands there."""

from dataclasses import dataclass
from typing import cast

from sagemaker_templates.rehearsal.deployment import Deployment
from sagemaker_templates.rehearsal.pipeline_project import PipelineProject
from sagemaker_templates.rehearsal.second_version import SecondVersion
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR
from sagemaker_templates.templates.batch_inference import Parameters

_UNDECIDED = "PendingManualApproval"


@dataclass(frozen=True)
class Story:
    """The rehearsal of projects whose stacks are applied: from a seeded repository to what its model is used for.

    Attributes:
        training: registers a model, which it trains, imports or tunes.
        predicting: predicts whole files with it; None for no such project.
        deployment: of the project that deploys it; None for none.
        undeployed: why there is none.
    """

    training: PipelineProject
    predicting: PipelineProject | None = None
    deployment: Deployment | None = None
    undeployed: str = ""

    def tell(self) -> None:
        """Go through it.

        Raises:
            StepFailed: something went wrong; the timeline has it as its last moment.
        """
        self.training.deliver()
        registered = self.training.execute()
        if self.predicting:
            self._predict_nothing_yet(self.predicting)
        for package in registered:
            if self.deployment:
                self.deployment.prepare(package)
            self._approve(package)
            if self.predicting:
                self._predict(self.predicting, package)
            else:
                self._deploy(package)

    def _approve(self, package: str) -> None:
        """What was registered waits for a person, who approves it."""
        happenings = self.training.happenings
        place = happenings.place
        sagemaker = happenings.emulator.client("sagemaker", place.account, place.region)
        status = sagemaker.describe_model_package(ModelPackageName=package)["ModelApprovalStatus"]
        if status != _UNDECIDED:
            happenings.fail(ADMINISTRATOR, f"{package} is {status} before anybody has looked at it")
        sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
        happenings.note(ADMINISTRATOR, f"approved {package.rpartition(':model-package/')[2]}")

    @staticmethod
    def _predict_nothing_yet(predicting: PipelineProject) -> None:
        """The build starts the pipeline, too: an approval before it would start nothing."""
        predicting.deliver()
        predicting.execute()
        if found := predicting.results():
            told = f"nothing is approved, and {predicting.ml_pipeline} has predicted: {', '.join(found)}"
            predicting.happenings.fail(ADMINISTRATOR, told)

    @staticmethod
    def _predict(predicting: PipelineProject, approved: str) -> None:
        """An approval starts the pipeline, and so does a schedule, if there is one."""
        happenings, pipeline = predicting.happenings, predicting.ml_pipeline
        happenings.start_ml_pipeline(happenings.place.decided(approved, "Approved"), pipeline)
        predicting.execute()
        results = predicting.results()
        if not any(results.values()):
            happenings.fail(ADMINISTRATOR, f"{pipeline} has left no predictions")
        for key, lines in results.items():
            happenings.note(ADMINISTRATOR, f"{lines} predictions are in {key}")
        schedule = cast(Parameters, predicting.project.parameters).schedule_expression
        if schedule:
            happenings.start_on_schedule(schedule, pipeline)

    def _deploy(self, approved: str) -> None:
        if self.deployment is None:
            happenings = self.training.happenings
            happenings.timeline.add(happenings.place.account, ADMINISTRATOR, self.undeployed, "left out")
            return
        first = self.deployment.follow(approved)
        role_arn = str(self.training.outputs["execution_role_arn"])
        training = self.training
        second = SecondVersion(training.happenings, role_arn, training.execute, training.changed).decided()
        self.deployment.follow_again(second, first)
