"""An event that reaches EventBridge, or a schedule of it, and the pipeline that a rule starts because of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.acting import session_of
from sagemaker_templates.rehearsal.events import Place, Started, scheduled, started_by
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
        self._start(only, "codepipeline", {"name": pipeline}, f"the rule {only.rule} matches: started {pipeline}")

    def start_ml_pipeline(self, event: Mapping[str, Any], pipeline: str) -> None:
        """Let an event happen that is to start one SageMaker pipeline and nothing else.

        Raises:
            RehearsalFailed: no rule matches, another one does, or the rule's role may not start it.
            EmulatorError: the role does not trust EventBridge.
        """
        only = self._matched(started_by(self.emulator, event), self._ml_pipeline(pipeline))
        self._start_ml(only, pipeline, f"the rule {only.rule} matches: started {pipeline}")

    def start_on_schedule(self, expression: str, pipeline: str) -> None:
        """Let the moment of a schedule come that is to start a SageMaker pipeline.

        Args:
            expression: what the project's settings say: ``rate(…)`` or ``cron(…)``.

        Raises:
            RehearsalFailed: the pipeline has no rule with this schedule alone, or its role may not start it.
            EmulatorError: the role does not trust EventBridge.
        """
        own = self._ml_pipeline(pipeline)
        found = [each for each in scheduled(self.emulator, self.place) if each.target_arn == own]
        if [each.schedule for each in found] != [expression]:
            there = ", ".join(f"{each.rule}: {each.schedule}" for each in found) or "none"
            self.fail(ADMINISTRATOR, f"{pipeline} is to have the schedule {expression}; there is {there}")
        (only,) = found
        self._start_ml(only, pipeline, f"the schedule {expression} of the rule {only.rule}: started {pipeline}")

    def _ml_pipeline(self, name: str) -> str:
        return self.place.arn("sagemaker", f"pipeline/{name}")

    def _start_ml(self, started: Started, pipeline: str, told: str) -> None:
        self._start(started, "sagemaker", {"PipelineName": pipeline}, told)

    def _start(self, started: Started, service: str, named: Mapping[str, str], told: str) -> None:
        """As the rule's role."""
        rule = self.place.arn("events", f"rule/{started.rule}")
        actor = session_of(self.emulator, started.role_arn, "events.amazonaws.com", self.place.region, rule)
        try:
            actor.client(service).start_pipeline_execution(**named)
        except ClientError as error:
            self.fail(actor.role, str(error))
        self.note(actor.role, told)

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
