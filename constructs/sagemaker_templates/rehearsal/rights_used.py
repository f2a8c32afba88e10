"""Which of its rights each role has used, which it has not, and what it was refused."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.rights.documents import parsed
from sagemaker_templates.emulator.routes import DECISIONS_ROUTE

_OF_AWS = "/aws-service-role/"


@dataclass(frozen=True)
class Used:
    """A right that a role has used.

    Attributes:
        action: as ``s3:PutObject``.
        via: the service that used it in the role's name, as ``s3.us-east-1.amazonaws.com``; None where the role did.
        resources: ARNs, or ``*``.
    """

    action: str
    via: str | None
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Granted:
    """An action that a statement of a role's policies allows."""

    statement: str
    action: str


@dataclass(frozen=True)
class RoleRights:
    """A role at the end of a rehearsal.

    Attributes:
        role: its name.
        refused: what it was told it may not do, in AWS's words.
        unused: what it is granted, and nothing here has used.
    """

    account: str
    role: str
    used: tuple[Used, ...]
    unused: tuple[Granted, ...]
    refused: tuple[str, ...]

    @property
    def acted(self) -> bool:
        """Whether it has done anything, or tried to."""
        return bool(self.used or self.refused)


@dataclass(frozen=True)
class GrantedRole:
    """A role that stands in an account, with its policies by the names that decisions have for them."""

    account: str
    name: str
    arn: str
    policies: Mapping[str, str]


def rights_of_roles(emulator: Emulator, accounts: Sequence[str], region: str) -> tuple[RoleRights, ...]:
    """Return every role of some accounts, in the order of accounts and names; none of AWS's own."""
    return rights_used(emulator, roles_of(emulator, accounts, region))


def rights_used(emulator: Emulator, roles: Sequence[GrantedRole]) -> tuple[RoleRights, ...]:
    """Return what roles have used of their rights, whether they are still there or not."""
    decisions = emulator.administer(DECISIONS_ROUTE, {})["decisions"]
    return tuple(_rights(role, [one for one in decisions if one["role"] == role.arn]) for role in roles)


def roles_of(emulator: Emulator, accounts: Sequence[str], region: str) -> tuple[GrantedRole, ...]:
    """Return the roles that stand in some accounts, in the order of accounts and names; none of AWS's own."""
    return tuple(
        GrantedRole(account, str(role["RoleName"]), str(role["Arn"]), _granted(iam, role["RoleName"]))
        for account in sorted(accounts)
        for iam in [emulator.client("iam", account, region)]
        for role in _roles(iam)
    )


def _roles(iam: Any) -> list[Mapping[str, Any]]:
    pages = iam.get_paginator("list_roles").paginate()
    found = [role for page in pages for role in page["Roles"] if not role["Path"].startswith(_OF_AWS)]
    return sorted(found, key=lambda role: str(role["RoleName"]))


def _rights(role: GrantedRole, decisions: Sequence[Mapping[str, Any]]) -> RoleRights:
    allowed = [one for one in decisions if one["allowed"]]
    by = {(policy, statement, one["action"].lower()) for one in allowed for policy, statement in one["by"]}
    return RoleRights(
        account=role.account,
        role=role.name,
        used=tuple(_used(allowed)),
        unused=tuple(
            Granted(statement.name, action)
            for policy, text in role.policies.items()
            for statement in parsed(text)
            if statement.effect == "Allow"
            for action in statement.actions
            if (policy, statement.name, action.lower()) not in by
        ),
        refused=tuple(dict.fromkeys(one["message"] for one in decisions if not one["allowed"])),
    )


def _used(allowed: Sequence[Mapping[str, Any]]) -> Iterator[Used]:
    def right(one: Mapping[str, Any]) -> tuple[str, str]:
        return one["action"], one["via"] or ""

    for (action, via), together in groupby(sorted(allowed, key=right), key=right):
        yield Used(action, via or None, tuple(sorted({str(one["resource"]) for one in together})))


def _granted(iam: Any, role: str) -> dict[str, str]:
    """The policies of a role, by the names that decisions have for them."""
    inline = {name: _inline(iam, role, name) for name in iam.list_role_policies(RoleName=role)["PolicyNames"]}
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return {**inline, **{one["PolicyArn"]: _managed(iam, one["PolicyArn"]) for one in attached}}


def _inline(iam: Any, role: str, name: str) -> str:
    return _text(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])


def _managed(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _text(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _text(document: Any) -> str:
    return unquote(document) if isinstance(document, str) else json.dumps(document)
