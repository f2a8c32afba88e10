"""What is decided: somebody wants to take one action on one resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Context = Mapping[str, tuple[str, ...]]
"""Values of condition keys, by the key's name in lower case; a key with one value has a tuple of one."""


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        account: the account that the caller belongs to, twelve digits.
        arn: as ``sts:GetCallerIdentity`` names the caller: ``arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION``, or
            ``arn:aws:iam::ACCOUNT:root``.
        role: the ARN of the role whose session this is; ``None`` for the account's administrator, who may do all.
        service: the service that asks on its own account, as ``events.amazonaws.com``; ``None`` for everybody else.
        context: condition keys that come with the session, as ``aws:principaltag/team``.
    """

    account: str
    arn: str
    role: str | None = None
    service: str | None = None
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """One action on one resource, which an operation needs to be allowed.

    Attributes:
        action: in IAM's spelling, as ``s3:PutObject``.
        resource: the resource's ARN, or ``*`` for an action that knows no resources.
        account: the account that the resource belongs to; the caller's own where there is none.
        region: where the request was sent.
        context: condition keys that come with the request, as ``iam:passedtoservice``; those of the caller not.
        via: the service that asks in the caller's name, as ``s3.us-east-1.amazonaws.com`` (``kms:ViaService``,
            ``aws:CalledVia``); ``None`` for a caller who asks in person.
    """

    action: str
    resource: str
    account: str
    region: str
    context: Context = field(default_factory=dict)
    via: str | None = None
