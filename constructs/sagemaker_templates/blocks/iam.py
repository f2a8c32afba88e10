"""IAM as Terraform shows it best: every policy is an ``aws_iam_policy_document``, every ``*`` has a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sagemaker_templates.providers import aws

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


def policy_document(scope: Any, id_: str, statements: Sequence[Statement]) -> str:
    """Add a policy document to a stack and return the token of its JSON.

    The reasons of ``*`` resources stand beside the document in the synthesized JSON, where a reviewer reads them.
    """
    document = aws.data_aws_iam_policy_document.DataAwsIamPolicyDocument(
        scope, id_, statement=[_statement(statement) for statement in statements]
    )
    reasons = {s.sid: s.reason for s in statements if s.reason}
    if reasons:
        # Through the stack: CDKTF writes a data source's own comment anew after its overrides.
        scope.add_override(f"data.aws_iam_policy_document.{id_}.//.reasons", reasons)
    return str(document.json)


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
    """
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
        assume_role_policy=policy_document(scope, f"{id_}_trust", [trust]),
        permissions_boundary=permissions_boundary_arn,
    )
    policy = aws.iam_role_policy.IamRolePolicy(
        scope,
        f"{id_}_policy",
        name=name,
        role=role.name,
        policy=policy_document(scope, f"{id_}_rights", statements),
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
