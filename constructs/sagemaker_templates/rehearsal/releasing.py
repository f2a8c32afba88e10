"""A release: a delivery pipeline runs once, as whoever watches the rehearsal sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sagemaker_templates.rehearsal.delivery import Action, DeliveryPipeline, Json
from sagemaker_templates.rehearsal.report import Outcome
from sagemaker_templates.rehearsal.repository import CodeCommitTip, Tip
from sagemaker_templates.rehearsal.triggers import Happenings, RehearsalFailed


@dataclass(frozen=True)
class Release:
    """What is released by one pipeline.

    Attributes:
        pipeline: its name.
        machine: the variables that its builds need on this machine.
        tip: where its source action gets the files from.
        instead: variables of its builds that have another value in a rehearsal.
    """

    happenings: Happenings
    pipeline: str
    machine: Mapping[str, str] = field(default_factory=dict)
    tip: Tip = field(default_factory=CodeCommitTip)
    instead: Mapping[str, str] = field(default_factory=dict)

    def definition(self) -> Json:
        """The pipeline as it stands there."""
        return self._run_by(Path()).definition()

    def deliver(self, python: Path, workspace: Path) -> None:
        """Run it, and note each action.

        Args:
            python: of an environment that has what the repository's requirements name.
            workspace: a folder that is made.

        Raises:
            RehearsalFailed: an action failed.
        """
        self.happenings.timeline.now(f"Running {self.pipeline}")
        workspace.mkdir()
        execution = self._run_by(python).run(self.tip, workspace)
        if execution.failed:
            raise RehearsalFailed(f"{execution.failed} failed:\n{execution.logs[execution.failed]}")

    def _run_by(self, python: Path) -> DeliveryPipeline:
        place = self.happenings.place
        return DeliveryPipeline(
            self.happenings.emulator,
            place.account,
            place.region,
            self.pipeline,
            python,
            self.machine,
            self.instead,
            tell=self._acted,
        )

    def _acted(self, action: Action) -> None:
        outcome: Outcome = "failed" if action.failed else "done"
        role = action.role_arn.rpartition("/")[2]
        self.happenings.timeline.add(action.account, role, f"{self.pipeline}: {action.name}", outcome)
