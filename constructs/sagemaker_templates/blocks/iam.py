"""IAM as Terraform shows it best: every policy is an ``aws_iam_policy_document``, every ``*`` has a reason."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sagemaker_templates.blocks.service_trust import KEYS_OF_SERVICES
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.providers import aws, cdktf

RIGHTS_OF_A_ROLE = 10_240
"""The most characters of all inline policies of a role together, blanks not counted
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length)."""
MANAGED_POLICY = 6_144
"""The same of a policy that is attached."""
TRUST_OF_A_ROLE = 2_048
"""The same of who may assume a role, unless the account's quota was raised."""
POLICIES_OF_A_ROLE = 10
"""How many policies can be attached to a role, unless the account's quota was raised
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities)."""
RESOURCE_POLICY = 20_480
"""The most bytes of the policy of a bucket, and of a model package group
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html,
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PutModelPackageGroupPolicy.html)."""
KEY_POLICY = 32_768
"""The same of a key (https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html)."""

_REFERENCE = re.compile(r"\$\{[^}]+\}")
_LONGEST_REFERENCE = 128
"""Characters of what Terraform puts in the place of a reference: ARNs of our roles, keys and pipelines have fewer."""

Principals = Mapping[str, Sequence[str]]
"""Principal type (``AWS``, ``Service``, ``*``) → identifiers."""


@dataclass(frozen=True)
class Condition:
    """One condition of a statement: ``test`` such as ``StringEquals``, on ``variable`` such as ``aws:SourceArn``."""

    test: str
    variable: str
    values: Sequence[str]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        reason: why a resource is ``*``; required there, because AWS must leave no way around it.

    Raises:
        ValueError: a wildcard in an action, or a ``*`` resource without a reason.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Principals = field(default_factory=dict)
    conditions: Sequence[Condition] = ()
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.effect == "Allow" and any("*" in action for action in self.actions):
            raise ValueError(f"{self.sid}: a wildcard in an action is never allowed: {self.actions}")
        if self.effect == "Allow" and "*" in self.resources and not self.reason:
            raise ValueError(f"{self.sid}: a '*' resource needs its reason")


class PolicyTooLongError(StepFailed):
    """AWS would refuse a policy for its length."""


def policy_document(scope: Any, id_: str, statements: Sequence[Statement], *, most: int) -> str:
    """Add a policy document to a stack and return the token of its JSON.

    The reasons of ``*`` resources stand beside the document in the synthesized JSON, where a reviewer reads them.

    Args:
        most: the characters that AWS takes.

    Raises:
        PolicyTooLongError: it may have more.
    """
    length = policy_length(statements)
    if length > most:
        stack = cdktf.TerraformStack.of(scope).node.id
        raise PolicyTooLongError(
            f"{stack}: the policy {id_} has up to {length:,} characters, and AWS takes {most:,}; "
            "nothing was written. Fewer or shorter settings that end up in it make it fit"
        )
    document = aws.data_aws_iam_policy_document.DataAwsIamPolicyDocument(
        scope, id_, statement=[_statement(statement) for statement in statements]
    )
    reasons = {s.sid: s.reason for s in statements if s.reason}
    if reasons:
        # Through the stack: CDKTF writes a data source's own comment anew after its overrides.
        scope.add_override(f"data.aws_iam_policy_document.{id_}.//.reasons", reasons)
    return str(document.json)


def policy_length(statements: Sequence[Statement]) -> int:
    """The most characters that a policy of these statements will have, blanks not counted."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [_as_json(one) for one in statements]})
    return len(_REFERENCE.sub("x" * _LONGEST_REFERENCE, text).replace(" ", ""))


def _as_json(statement: Statement) -> dict[str, Any]:
    """As Terraform writes it (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document)."""
    conditions: dict[str, dict[str, Any]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.test, {})[condition.variable] = _one_or_more(condition.values)
    parts = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Action": _one_or_more(statement.actions),
        "Resource": _one_or_more(statement.resources),
        "Principal": {kind: _one_or_more(identifiers) for kind, identifiers in statement.principals.items()},
        "Condition": conditions,
    }
    return {name: part for name, part in parts.items() if part}


def _one_or_more(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _statement(statement: Statement) -> Any:
    bindings = aws.data_aws_iam_policy_document
    return bindings.DataAwsIamPolicyDocumentStatement(
        sid=statement.sid,
        effect=statement.effect,
        actions=list(statement.actions),
        resources=list(statement.resources) or None,
        principals=[
            bindings.DataAwsIamPolicyDocumentStatementPrincipals(type=kind, identifiers=list(identifiers))
            for kind, identifiers in statement.principals.items()
        ]
        or None,
        condition=[
            bindings.DataAwsIamPolicyDocumentStatementCondition(
                test=condition.test, variable=condition.variable, values=list(condition.values)
            )
            for condition in statement.conditions
        ]
        or None,
    )


def attach_policy(scope: Any, id_: str, *, name: str, role: str, statements: Sequence[Statement]) -> Any:
    """Add a policy of its own and attach it to a role, for rights that do not fit into the role's inline policy.

    Args:
        role: name of the role.

    Returns:
        The attachment: depend on it to find the rights attached.
    """
    policy = aws.iam_policy.IamPolicy(
        scope, id_, name=name, policy=policy_document(scope, f"{id_}_rights", statements, most=MANAGED_POLICY)
    )
    return aws.iam_role_policy_attachment.IamRolePolicyAttachment(
        scope, f"{id_}_attachment", role=role, policy_arn=policy.arn
    )


@dataclass(frozen=True)
class Role:
    """A role; ``ready`` is what to depend on to find its rights attached."""

    arn: str
    ready: Any


def service_role(
    scope: Any,
    id_: str,
    *,
    name: str,
    service: str,
    description: str,
    statements: Sequence[Statement],
    trust_conditions: Sequence[Condition],
    path: str = "/",
    permissions_boundary_arn: str | None = None,
) -> Role:
    """Add a role that one AWS service may assume, with one inline policy.

    Args:
        service: the service's principal, such as ``codebuild.amazonaws.com``.
        trust_conditions: what keeps another account from making the service assume this role
            (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).

    Raises:
        ValueError: a condition on a key that the service does not send; of services that are not in the table, as
            those of somebody else's template, nothing is known.
    """
    asked = {condition.variable for condition in trust_conditions}
    unsent = asked - KEYS_OF_SERVICES.get(service, asked)
    if unsent:
        raise ValueError(f"{service} is not known to send {', '.join(sorted(unsent))} when it assumes a role")
    return _role(
        scope,
        id_,
        name=name,
        path=path,
        description=description,
        principals={"Service": [service]},
        trust_conditions=trust_conditions,
        statements=statements,
        permissions_boundary_arn=permissions_boundary_arn,
    )


def assumed_role(
    scope: Any,
    id_: str,
    *,
    name: str,
    by: str,
    account_root: str,
    external_id: str,
    description: str,
    statements: Sequence[Statement],
    path: str = "/",
    permissions_boundary_arn: str | None = None,
) -> Role:
    """Add a role that exactly one other role may assume, with one inline policy.

    The principal is the account, and a condition names the role: a role that is itself the principal must exist
    before this one, and is lost from the policy when it is made anew
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles).

    Args:
        by: ARN of the other role.
        account_root: ARN of the root principal of its account.
        external_id: what it must know
            (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html).
    """
    return _role(
        scope,
        id_,
        name=name,
        path=path,
        description=description,
        principals={"AWS": [account_root]},
        trust_conditions=[
            Condition("ArnEquals", "aws:PrincipalArn", [by]),
            Condition("StringEquals", "sts:ExternalId", [external_id]),
        ],
        statements=statements,
        permissions_boundary_arn=permissions_boundary_arn,
    )


def _role(
    scope: Any,
    id_: str,
    *,
    name: str,
    path: str,
    description: str,
    principals: Principals,
    trust_conditions: Sequence[Condition],
    statements: Sequence[Statement],
    permissions_boundary_arn: str | None,
) -> Role:
    trust = Statement(
        sid="Assume",
        actions=["sts:AssumeRole"],
        principals=principals,
        conditions=trust_conditions,
    )
    role = aws.iam_role.IamRole(
        scope,
        id_,
        name=name,
        path=path,
        description=description,
        assume_role_policy=policy_document(scope, f"{id_}_trust", [trust], most=TRUST_OF_A_ROLE),
        permissions_boundary=permissions_boundary_arn,
    )
    policy = aws.iam_role_policy.IamRolePolicy(
        scope,
        f"{id_}_policy",
        name=name,
        role=role.name,
        policy=policy_document(scope, f"{id_}_rights", statements, most=RIGHTS_OF_A_ROLE),
    )
    return Role(str(role.arn), policy)


def from_account(account_id: str) -> Condition:
    """The request is made for a resource of this account."""
    return Condition("StringEquals", "aws:SourceAccount", [account_id])


def from_resource(*arns: str) -> Condition:
    """The request is made for exactly one of these resources."""
    return Condition("ArnEquals", "aws:SourceArn", arns)


def passed_to(service: str) -> Condition:
    """A role may be passed to this service only."""
    return Condition("StringEquals", "iam:PassedToService", [service])
