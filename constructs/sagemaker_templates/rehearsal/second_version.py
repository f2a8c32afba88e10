"""A second version of a model: registered, beside one that is rejected, approved, and rolled out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sagemaker_templates.rehearsal.acting import session_of
from sagemaker_templates.rehearsal.events import started_by
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings

Execute = Callable[[Mapping[str, Any]], list[str]]

_REGISTERED_WITH = ("ModelPackageGroupName", "ModelPackageDescription", "InferenceSpecification", "ModelMetrics")


@dataclass(frozen=True)
class SecondVersion:
    """What happens after the first version serves.

    Attributes:
        happenings: in the account of the registry.
        execution_role_arn: as whom models are registered.
        execute: executes the ML pipeline with other values of parameters; gives what it has registered.
        changed: those that make another model.
    """

    happenings: Happenings
    execution_role_arn: str
    execute: Execute
    changed: Mapping[str, Any]

    def decided(self) -> str:
        """Train, import or tune a second version, and a third of the same model; reject that, and approve the second.

        So the newest version is one that nobody wants, and no deployment may take it.

        Returns:
            The ARN of the second.

        Raises:
            RehearsalFailed: a rule matches a registration or a rejection; the pipeline or the registration failed.
        """
        (second,) = self.execute(self.changed)
        self._must_start_nothing(second, "PendingManualApproval")
        third = self._registered_once_more(second)
        self._decide(third, "Rejected")
        self._must_start_nothing(third, "Rejected")
        self._decide(second, "Approved")
        return second

    def _registered_once_more(self, arn: str) -> str:
        """The same model as the next version, by somebody who works with the execution role."""
        described = self._sagemaker.describe_model_package(ModelPackageName=arn)
        request = {name: described[name] for name in _REGISTERED_WITH if described.get(name)}
        place = self.happenings.place
        actor = session_of(
            self.happenings.emulator, self.execution_role_arn, "sagemaker.amazonaws.com", place.region, arn
        )
        try:
            registered = actor.client("sagemaker").create_model_package(
                **request, ModelApprovalStatus="PendingManualApproval"
            )
        except ClientError as error:
            self.happenings.fail(actor.role, str(error))
        third = str(registered["ModelPackageArn"])
        self.happenings.note(actor.role, f"registered the same model once more: {_short(third)}")
        return third

    def _decide(self, arn: str, status: str) -> None:
        self._sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        self.happenings.note(ADMINISTRATOR, f"{status.lower()} {_short(arn)}")

    def _must_start_nothing(self, arn: str, status: str) -> None:
        event = self.happenings.place.decided(arn, status)
        matched = ", ".join(each.rule for each in started_by(self.happenings.emulator, event))
        if matched:
            self.happenings.fail(ADMINISTRATOR, f"{_short(arn)} is {status}, and yet {matched} matches")
        self.happenings.note(ADMINISTRATOR, f"told EventBridge that {_short(arn)} is {status}: no rule matches")

    @property
    def _sagemaker(self) -> Any:
        place = self.happenings.place
        return self.happenings.emulator.client("sagemaker", place.account, place.region)


def _short(arn: str) -> str:
    return arn.rpartition(":model-package/")[2]
