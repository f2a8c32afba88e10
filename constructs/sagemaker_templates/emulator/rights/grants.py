"""Grants of KMS keys (https://docs.aws.amazon.com/kms/latest/developerguide/grants.html)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagemaker_templates.emulator.rights.access import Access, Caller, Context

_WITH_ENCRYPTION_CONTEXT = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
_ENCRYPTION_CONTEXT = "kms:encryptioncontext:"


@dataclass(frozen=True)
class Grant:
    """A grant: what somebody may do with the key that it is given for.

    Attributes:
        name: its id.
        grantee: the ARN of a role or of a session, or a service as ``rds.amazonaws.com``.
        operations: in KMS's spelling, as ``GenerateDataKey``.
        equals: the encryption context that a request has to have (``EncryptionContextEquals``).
        subset: the part of it that a request has to have (``EncryptionContextSubset``).
    """

    name: str
    grantee: str
    operations: frozenset[str]
    equals: Mapping[str, str] = field(default_factory=dict)
    subset: Mapping[str, str] = field(default_factory=dict)


def allows(grant: Grant, caller: Caller, access: Access) -> bool:
    """Tell whether a grant of the key that is accessed allows it; a grantee needs no other right, in no account.

    So roles of services use keys of other accounts that their own policies do not name:
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    service, _, operation = access.action.partition(":")
    asked = service == "kms" and operation in grant.operations and grant.grantee in _names(caller)
    return asked and _within_constraints(grant, operation, access.context)


def _names(caller: Caller) -> tuple[str | None, ...]:
    return (caller.service,) if caller.service else (caller.arn, caller.role)


def _within_constraints(grant: Grant, operation: str, context: Context) -> bool:
    """Keys are compared in any case, values as they are; what has no encryption context is not constrained.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
    """
    if operation == "CreateGrant":
        return _gives_no_more(grant, context)
    if operation not in _WITH_ENCRYPTION_CONTEXT:
        return True
    given = {
        key.removeprefix(_ENCRYPTION_CONTEXT): values[0]
        for key, values in context.items()
        if key.startswith(_ENCRYPTION_CONTEXT)
    }
    return (not grant.equals or given == _in_lower_case(grant.equals)) and (
        _in_lower_case(grant.subset).items() <= given.items()
    )


def _gives_no_more(grant: Grant, context: Context) -> bool:
    """A grant that lets grants be made lets no wider ones be made; how narrow theirs are, a request does not tell."""
    asked = context.get("kms:grantoperations", ())
    return grant.operations.issuperset(asked) and not (grant.equals or grant.subset)


def _in_lower_case(given: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in given.items()}
