"""The roles of the golden stacks, with their rights as AWS will have them: Terraform has filled in what it knows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.access import Caller
from sagemaker_templates.emulator.rights.documents import Named
from synthesized import CASES, documents

Json = Mapping[str, Any]

_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\.(\w+)\}")
_LOGS = re.compile(r"arn:(?P<partition>aws[\w-]*):logs:(?P<region>[\w-]+):(?P<account>\d{12}):")


@dataclass(frozen=True)
class Stack:
    """A stack of a golden case.

    Attributes:
        place: its account and region.
    """

    case: str
    name: str
    partition: str
    place: Place
    document: Json = field(repr=False, compare=False)

    def all(self, kind: str) -> Mapping[str, Json]:
        """The resources of a type, by their ids."""
        found: Mapping[str, Json] = self.document.get("resource", {}).get(kind, {})
        return found

    def arn(self, service: str, name: str) -> str:
        """The ARN of something in the stack's account and region."""
        return f"arn:{self.partition}:{service}:{self.place.region}:{self.place.account}:{name}"

    def resolved(self, text: str) -> str:
        """A text with what AWS will give in the place of references."""
        return _REFERENCE.sub(lambda one: self.attribute(one[1], one[2], one[3]), text)

    def attribute(self, kind: str, id_: str, attribute: str) -> str:
        """An attribute of a resource; where AWS makes it up, one that has the resource's id in it."""
        resource = self.all(kind)[id_]
        made_up = {"id": f"sg-{id_}", "arn": self._arn(kind, id_, resource)}
        return made_up.get(attribute) or self.resolved(resource[attribute])

    def caller(self, role: str) -> Caller:
        """A session of a role."""
        account = self.place.account
        session = f"arn:{self.partition}:sts::{account}:assumed-role/{self.all('aws_iam_role')[role]['name']}/service"
        return Caller(account, session, role=self.attribute("aws_iam_role", role, "arn"))

    def statements(self, document: str) -> Sequence[Json]:
        """The statements of a policy document, as Terraform has them."""
        found: Sequence[Json] = self.document["data"]["aws_iam_policy_document"][document]["statement"]
        return found

    def rights(self, role: str) -> Mapping[str, Named]:
        """What a role may do: a policy of one statement for each that it has, by their names."""
        return _one_by_one(self, f"{role}_rights")

    def trust(self, role: str) -> Named:
        """Who may be a role."""
        return self._policy(f"{role}_trust")

    def policy_of_key(self, arn: str) -> Named | None:
        """The policy of one of the stack's keys; None for a key that is not the stack's."""
        id_ = arn.rpartition("/")[2]
        return self._policy(f"{id_}_policy") if id_ in self.all("aws_kms_key") else None

    def _arn(self, kind: str, id_: str, resource: Json) -> str:
        if kind == "aws_iam_role":
            return f"arn:{self.partition}:iam::{self.place.account}:role{resource['path']}{resource['name']}"
        if kind == "aws_kms_key":
            return self.arn("kms", f"key/{id_}")
        return self.arn("codepipeline", resource["name"]) if kind == "aws_codepipeline" else ""

    def _policy(self, document: str) -> Named:
        return _named(self, document)


@cache
def golden_stacks() -> tuple[Stack, ...]:
    """All stacks of all cases that have roles."""
    return tuple(_stacks())


def _stacks() -> Iterator[Stack]:
    for case in CASES:
        for name, document in documents(case).items():
            # Every role of ours that a service has writes logs, and its rights say where.
            found = _LOGS.search(json.dumps(document))
            if "aws_iam_role" in document.get("resource", {}) and found:
                place = Place(found["account"], found["region"])
                yield Stack(case, name, found["partition"], place, document)


@cache
def _named(stack: Stack, document: str) -> Named:
    return named(stack, document, stack.statements(document))


@cache
def _one_by_one(stack: Stack, document: str) -> Mapping[str, Named]:
    return {one["sid"]: named(stack, document, [one]) for one in stack.statements(document)}


def named(stack: Stack, name: str, statements: Sequence[Json]) -> Named:
    """A policy of some statements, which are as Terraform has them."""
    policy = {"Version": "2012-10-17", "Statement": [_statement(one) for one in statements]}
    return Named(name, stack.resolved(json.dumps(policy)))


def _statement(given: Json) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for one in given.get("condition") or []:
        conditions.setdefault(one["test"], {})[one["variable"]] = one["values"]
    principals = {one["type"]: one["identifiers"] for one in given.get("principals") or []}
    return {
        "Sid": given["sid"],
        "Effect": given["effect"],
        "Action": given["actions"],
        **({"Resource": given["resources"]} if "resources" in given else {}),
        **({"Principal": principals} if principals else {}),
        **({"Condition": conditions} if conditions else {}),
    }
