"""Roles, their sessions and the policies that stand in moto's stores; like ``moto_store``, the place for these alone.

Only what exists is looked at: asking moto for an account creates the account's identities in every partition.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Place

_RESOURCE = 5


class Session(Protocol):
    """A session of a role: what ``sts:AssumeRole`` handed out.

    Attributes:
        policy: the session's own, as JSON; empty or ``None`` where it was opened without.
    """

    account_id: str
    role_arn: str
    arn: str
    policy: str | None
    access_key_id: str
    secret_access_key: str
    session_token: str


class PolicyVersion(Protocol):
    """A version of a policy."""

    version_id: str
    document: str


class ManagedPolicy(Protocol):
    """A policy that is attached to roles; of its versions one is in force."""

    arn: str
    default_version_id: str
    versions: Iterable["PolicyVersion"]


class Role(Protocol):
    """A role."""

    arn: str
    name: str
    assume_role_policy_document: str
    policies: Mapping[str, str]
    managed_policies: Mapping[str, ManagedPolicy]
    permissions_boundary_arn: str | None
    tags: Iterable[Mapping[str, str]] | Mapping[str, Mapping[str, str]]


class Grant(Protocol):
    """A grant of a key."""

    id: str
    grantee_principal: str
    operations: Iterable[str]
    constraints: Mapping[str, Mapping[str, str]] | None


def sessions() -> Iterator[Session]:
    """Return every session that was handed out, in all accounts."""
    from moto.sts.models import sts_backends

    for partitions in list(sts_backends.values()):
        for backend in list(dict.values(partitions)):
            yield from cast(list[Session], list(backend.assumed_roles))


def open_session(arn: str, name: str, region: str) -> Session:
    """Hand out a session of a role, with no question asked."""
    from moto.sts.models import sts_backends
    from moto.utilities.utils import get_partition

    backend = sts_backends[_place(arn).account][get_partition(region)]
    return cast(Session, backend.assume_role(region, name, arn, "", _SESSION_SECONDS, ""))


_SESSION_SECONDS = 3600


def is_of_user(key: str) -> bool:
    """Tell whether an access key was given out to a user."""
    from moto.iam.models import iam_backends

    for partitions in list(iam_backends.values()):
        for identities in list(dict.values(partitions)):
            if key in identities.access_keys:
                return not identities.access_keys[key].role_arn
    return False


def role(arn: str) -> Role | None:
    """Return the role with an ARN, if there is one."""
    for identities in _identities(_place(arn).account):
        for found in list(identities.roles.values()):
            if found.arn == arn:
                return cast(Role, found)
    return None


def tags_of_role(found: Role) -> dict[str, str]:
    """Return a role's tags, which moto keeps in a list; one that was never tagged may have a dictionary."""
    tags = found.tags.values() if isinstance(found.tags, Mapping) else found.tags
    return {tag["Key"]: tag["Value"] for tag in tags}


def managed_policy(account: str, arn: str) -> str | None:
    """Return the document of a policy that an account can attach: its own or one that AWS manages."""
    for identities in _identities(account):
        if found := identities.managed_policies.get(arn):
            return document_of(found)
    return None


def document_of(policy: ManagedPolicy) -> str:
    """Return what a policy says in the version that is in force."""
    return next(one.document for one in policy.versions if one.version_id == policy.default_version_id)


def bucket_policy(arn: str) -> str | None:
    """Return the policy of a bucket, or of the bucket that an object is in."""
    found: Any = moto_store.bucket(_name(arn).partition("/")[0])
    return found.policy.decode() if found and found.policy else None


def key_policy(arn: str) -> str | None:
    """Return the policy of a KMS key."""
    found: Any = moto_store.key(_place(arn), arn)
    return str(found.policy) if found else None


def grants(arn: str) -> list[Grant]:
    """Return the grants of a KMS key."""
    found: Any = moto_store.key(_place(arn), arn)
    return cast(list[Grant], list(found.grants.values())) if found else []


def function_policy(arn: str) -> str | None:
    """Return the statements that a Lambda function's policy consists of, as a document."""
    found: Any = moto_store.function(_place(arn), _name(arn).removeprefix("function:").partition(":")[0])
    statements = found.policy.statements if found and found.policy else []
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def secret_policy(arn: str) -> str | None:
    """Return the policy of a secret in Secrets Manager."""
    found: Any = moto_store.secret(_place(arn), arn)
    return found.policy if found else None


def topic_policy(arn: str) -> str | None:
    """Return the policy of an SNS topic."""
    from moto.sns.models import sns_backends

    place = _place(arn)
    backend = dict.get(dict.get(sns_backends, place.account, {}), place.region)
    topic = backend.topics.get(arn) if backend else None
    return topic.policy if topic else None


def repository_policy(arn: str) -> str | None:
    """Return the policy of an ECR repository."""
    from moto.ecr.models import ecr_backends

    place = _place(arn)
    backend = dict.get(dict.get(ecr_backends, place.account, {}), place.region)
    repository = backend.repositories.get(_name(arn).removeprefix("repository/")) if backend else None
    return repository.policy if repository else None


def is_emulated(account: str) -> bool:
    """Tell whether anybody has had to do with an account here."""
    return bool(_identities(account))


def _identities(account: str) -> list[Any]:
    from moto.iam.models import iam_backends

    return list(dict.values(dict.get(iam_backends, account, {})))


def _place(arn: str) -> Place:
    _, _, _, region, account, _ = arn.split(":", _RESOURCE)
    return Place(account, region)


def _name(arn: str) -> str:
    return arn.split(":", _RESOURCE)[_RESOURCE]
