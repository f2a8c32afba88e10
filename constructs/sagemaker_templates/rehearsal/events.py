"""Which rules that stand in an account match an event, and what they start."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.naming import arn
from sagemaker_templates.rehearsal.matching import matches

_SAGEMAKER = "aws.sagemaker"


@dataclass(frozen=True)
class Started:
    """What a rule starts when an event matches it.

    Attributes:
        target_arn: of a pipeline.
        role_arn: as whom EventBridge starts it.
        schedule: the rule's ``rate(…)`` or ``cron(…)``; empty for one that waits for events.
    """

    rule: str
    target_arn: str
    role_arn: str
    schedule: str = ""


@dataclass(frozen=True)
class Place:
    """The account and region that events come from."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something there."""
        return arn(service, resource, region=self.region, account_id=self.account)

    def pushed(self, repository: str, commit: str) -> dict[str, Any]:
        """The event of the first push to main of a CodeCommit repository.

        Source: https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
        """
        detail = {
            "event": "referenceCreated",
            "repositoryName": repository,
            "referenceType": "branch",
            "referenceName": "main",
            "referenceFullName": "refs/heads/main",
            "commitId": commit,
        }
        where = self.arn("codecommit", repository)
        return self._event("aws.codecommit", "CodeCommit Repository State Change", where, detail)

    def decided(self, package: str, status: str) -> dict[str, Any]:
        """The event of the approval of a version of a model, or of another decision.

        Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

        Args:
            package: the ARN of the version.
            status: ``Approved``, ``Rejected`` or ``PendingManualApproval``.
        """
        group, _, version = package.rpartition(":model-package/")[2].partition("/")
        detail = {
            "ModelPackageGroupName": group,
            "ModelPackageArn": package,
            "ModelPackageVersion": int(version),
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": status,
        }
        return self._event(_SAGEMAKER, "SageMaker Model Package State Change", package, detail)

    def _event(self, source: str, kind: str, resource: str, detail: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": kind,
            "source": source,
            "account": self.account,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.region,
            "resources": [resource],
            "detail": dict(detail),
        }


def started_by(emulator: Emulator, event: Mapping[str, Any]) -> list[Started]:
    """The targets of all enabled rules of the event's account that match it.

    Raises:
        PatternNotRehearsed: a rule's pattern cannot be judged.
    """
    rules = _Rules.of(emulator, event["account"], event["region"])
    return [
        started
        for rule in rules.enabled()
        if "EventPattern" in rule and matches(json.loads(rule["EventPattern"]), event)
        for started in rules.started(rule)
    ]


def scheduled(emulator: Emulator, place: Place) -> list[Started]:
    """The targets of all enabled rules of a place that have a schedule."""
    rules = _Rules.of(emulator, place.account, place.region)
    return [started for rule in rules.enabled() if rule.get("ScheduleExpression") for started in rules.started(rule)]


def targeting(emulator: Emulator, place: Place, arn: str) -> list[str]:
    """The enabled rules of a place that have a target, but those that wait for what becomes of models."""
    rules = _Rules.of(emulator, place.account, place.region)
    others = (rule for rule in rules.enabled() if not _of_models(rule))
    return [rule["Name"] for rule in others for each in rules.started(rule) if each.target_arn == arn]


def _of_models(rule: Mapping[str, Any]) -> bool:
    return bool(json.loads(rule.get("EventPattern", "{}")).get("source") == [_SAGEMAKER])


@dataclass(frozen=True)
class _Rules:
    events: Any

    @classmethod
    def of(cls, emulator: Emulator, account: str, region: str) -> "_Rules":
        return cls(emulator.client("events", account, region))

    def enabled(self) -> Iterator[Mapping[str, Any]]:
        for page in self.events.get_paginator("list_rules").paginate():
            yield from (rule for rule in page["Rules"] if rule["State"] == "ENABLED")

    def started(self, rule: Mapping[str, Any]) -> Iterator[Started]:
        for each in self.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            yield Started(rule["Name"], each["Arn"], each["RoleArn"], rule.get("ScheduleExpression", ""))
