"""Whether somebody may take an action, and why: identity, resource, boundary and session, as AWS documents it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, for another account
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html, for keys
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html. The words of a refusal are those of
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sagemaker_templates.emulator.rights.access import Access, Caller, Context
from sagemaker_templates.emulator.rights.conditions import holds
from sagemaker_templates.emulator.rights.context import context_of
from sagemaker_templates.emulator.rights.documents import Named, Statement
from sagemaker_templates.emulator.rights.matching import matches
from sagemaker_templates.emulator.rights.principals import Naming, naming


class Reason(Enum):
    """What decided; the value is how AWS says it."""

    ALLOWED = "allowed"
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
    DENIED_BY_SESSION = "with an explicit deny in a session policy"
    NO_IDENTITY = "because no identity-based policy allows the {action} action"
    NO_RESOURCE = "because no resource-based policy allows the {action} action"
    NO_BOUNDARY = "because no permissions boundary allows the {action} action"
    NO_SESSION = "because no session policy allows the {action} action"
    NO_TRUST = "because no trust policy of the role allows the {action} action"


@dataclass(frozen=True)
class Policies:
    """The policies that have a say.

    Attributes:
        identity: of the caller's role.
        resource: of what is accessed; of a role that is assumed, whom it trusts.
        boundary: the permissions boundary of the caller's role.
        session: the policy that the session was opened with.
    """

    identity: Sequence[Named] = ()
    resource: Named | None = None
    boundary: Named | None = None
    session: Named | None = None


@dataclass(frozen=True)
class Decision:
    """What was decided.

    Attributes:
        by: the statements that decided, as policy and statement: those that allow, or the one that denies.
    """

    caller: Caller
    access: Access
    reason: Reason
    by: tuple[tuple[str, str], ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the action may be taken."""
        return self.reason is Reason.ALLOWED

    @property
    def message(self) -> str:
        """What AWS says to somebody who may not."""
        on = "" if self.access.resource == "*" else f" on resource: {self.access.resource}"
        why = self.reason.value.format(action=self.access.action)
        return f"User: {self.caller.arn} is not authorized to perform: {self.access.action}{on} {why}"


def decide(caller: Caller, access: Access, policies: Policies) -> Decision:
    """Decide whether a caller may have an access.

    Raises:
        MalformedPolicyError: one of the policies is none.
    """
    context = context_of(caller, access)
    asked = _Asked(caller, access, context)
    for reason, named in _in_order_of_denial(policies):
        if denying := next(asked.found(named, "Deny"), None):
            return Decision(caller, access, reason, ((named.name, denying[0].name),))
    return _allowed(asked, policies)


def _in_order_of_denial(policies: Policies) -> Iterator[tuple[Reason, Named]]:
    for named in policies.identity:
        yield Reason.DENIED_BY_IDENTITY, named
    others = (
        (Reason.DENIED_BY_RESOURCE, policies.resource),
        (Reason.DENIED_BY_BOUNDARY, policies.boundary),
        (Reason.DENIED_BY_SESSION, policies.session),
    )
    yield from ((reason, one) for reason, one in others if one)


def _allowed(asked: "_Asked", policies: Policies) -> Decision:
    identity = tuple((named.name, one[0].name) for named in policies.identity for one in asked.found(named, "Allow"))
    resource = tuple(asked.found(policies.resource, "Allow")) if policies.resource else ()
    how = max((one[1] for one in resource), default=Naming.NOT)
    by_resource = tuple((policies.resource.name, one[0].name) for one in resource) if policies.resource else ()
    missing = _missing(asked, policies, has_identity=bool(identity), how=how)
    return asked.decision(missing or Reason.ALLOWED, () if missing else (*identity, *by_resource))


def _missing(asked: "_Asked", policies: Policies, *, has_identity: bool, how: Naming) -> Reason | None:
    """What would have to allow and does not; ``None`` where all that has to, does."""
    caller = asked.caller
    if caller.service:
        return None if how is not Naming.NOT else asked.without_resource
    if how is Naming.SESSION and not asked.in_another_account:
        return None  # the very session is named: neither identity nor boundary nor session policy is asked
    if asked.resource_leads and how is Naming.NOT:
        return asked.without_resource
    if asked.in_another_account and how is Naming.NOT:
        return Reason.NO_RESOURCE
    enough = how is Naming.PRINCIPAL and not asked.in_another_account
    if not (caller.role is None or has_identity or enough):
        return Reason.NO_IDENTITY
    return _limits(asked, policies)


def _limits(asked: "_Asked", policies: Policies) -> Reason | None:
    limits = ((Reason.NO_BOUNDARY, policies.boundary), (Reason.NO_SESSION, policies.session))
    for reason, named in limits:
        if named and not any(asked.found(named, "Allow")):
            return reason
    return None


_LED_BY_RESOURCE = ("kms", "sts")
"""A key's policy and whom a role trusts always have to allow; elsewhere the identity's policy can be enough."""


@dataclass(frozen=True)
class _Asked:
    """One access of one caller, and what is known of it."""

    caller: Caller
    access: Access
    context: Context

    @property
    def in_another_account(self) -> bool:
        return self.access.account != self.caller.account

    @property
    def resource_leads(self) -> bool:
        return self.access.resource != "*" and self.access.action.partition(":")[0] in _LED_BY_RESOURCE

    @property
    def without_resource(self) -> Reason:
        return Reason.NO_TRUST if self.access.action.startswith("sts:") else Reason.NO_RESOURCE

    def decision(self, reason: Reason, by: tuple[tuple[str, str], ...]) -> Decision:
        return Decision(self.caller, self.access, reason, by)

    def found(self, named: Named, effect: str) -> Iterator[tuple[Statement, Naming]]:
        """Return the statements of an effect that speak of this access, and how they name the caller."""
        for statement in named.statements:
            if statement.effect == effect and self._is_spoken_of(statement):
                how = naming(statement, self.caller)
                if how is not Naming.NOT:
                    yield statement, how

    def _is_spoken_of(self, statement: Statement) -> bool:
        return (
            self._any(statement.actions, self.access.action, any_case=True) != statement.other_actions
            and self._of_resource(statement)
            and all(holds(condition, self.context) for condition in statement.conditions)
        )

    def _of_resource(self, statement: Statement) -> bool:
        if not statement.resources:
            return not statement.other_resources
        return self._any(statement.resources, self.access.resource) != statement.other_resources

    def _any(self, patterns: Sequence[str], value: str, *, any_case: bool = False) -> bool:
        return any(matches(pattern, value, self.context, any_case=any_case) for pattern in patterns)
