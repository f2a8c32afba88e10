"""An event that reaches EventBridge, and the delivery pipeline that a rule starts because of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.acting import session_of
from sagemaker_templates.rehearsal.events import Place, Started, started_by
from sagemaker_templates.rehearsal.report import Timeline

ADMINISTRATOR = "administrator"
"""Whoever applies, pushes and approves: a person, not one of the roles that Terraform made."""


class RehearsalFailed(StepFailed):
    """Something did not come out as AWS would have needed it; the message says what."""


@dataclass(frozen=True)
class Happenings:
    """One account and region, what happens there, and where it is noted."""

    emulator: Emulator
    place: Place
    timeline: Timeline

    def start(self, event: Mapping[str, Any], pipeline: str) -> None:
        """Let an event happen that is to start one delivery pipeline and nothing else.

        Raises:
            RehearsalFailed: no rule matches, another one does, or the rule's role may not start it.
            EmulatorError: the role does not trust EventBridge.
        """
        only = self._matched(started_by(self.emulator, event), self.place.arn("codepipeline", pipeline))
        rule = self.place.arn("events", f"rule/{only.rule}")
        actor = session_of(self.emulator, only.role_arn, "events.amazonaws.com", self.place.region, rule)
        try:
            actor.client("codepipeline").start_pipeline_execution(name=pipeline)
        except ClientError as error:
            self.fail(actor.role, str(error))
        self.note(actor.role, f"the rule {only.rule} matches: started {pipeline}")

    def note(self, role: str, what: str) -> None:
        """Note what a role, or the administrator, has done."""
        self.timeline.add(self.place.account, role, what)

    def fail(self, role: str, what: str) -> NoReturn:
        """Note what went wrong, and end.

        Raises:
            RehearsalFailed: always.
        """
        self.timeline.add(self.place.account, role, what, "failed")
        raise RehearsalFailed(what)

    def _matched(self, started: list[Started], wanted: str) -> Started:
        """What is to be started; exactly that must be, and nothing else."""
        if [each.target_arn for each in started] != [wanted]:
            found = ", ".join(f"{each.rule} for {each.target_arn}" for each in started) or "no rule"
            self.fail(ADMINISTRATOR, f"the event is to start {wanted} alone; it matches {found}")
        (only,) = started
        return only
