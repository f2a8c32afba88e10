"""Whether somebody may take an action, and why: identity, resource, boundary and session, as AWS documents it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, for another account
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html, for keys
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html. The words of a refusal are those of
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.

An account's administrator may do all in the account, but for what the policy of a resource denies, for keys whose
policy lets neither the account nor everybody in, and for roles that do not trust the account.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sagemaker_templates.emulator.rights.access import Access, Caller, Context
from sagemaker_templates.emulator.rights.conditions import holds
from sagemaker_templates.emulator.rights.context import context_of
from sagemaker_templates.emulator.rights.documents import Effect, Named, Statement
from sagemaker_templates.emulator.rights.grants import Grant, allows
from sagemaker_templates.emulator.rights.matching import has_values, matches
from sagemaker_templates.emulator.rights.principals import Naming, naming


class Reason(Enum):
    """What decided; the value is how AWS says it."""

    ALLOWED = "allowed"
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    DENIED_BY_TRUST = "with an explicit deny in the role trust policy"
    DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
    DENIED_BY_SESSION = "with an explicit deny in a session policy"
    NO_IDENTITY = "because no identity-based policy allows the {action} action"
    NO_RESOURCE = "because no resource-based policy allows the {action} action"
    NO_BOUNDARY = "because no permissions boundary allows the {action} action"
    NO_SESSION = "because no session policy allows the {action} action"
    NO_TRUST = "because no role trust policy allows the {action} action"


@dataclass(frozen=True)
class Policies:
    """The policies that have a say.

    Attributes:
        identity: of the caller's role.
        resource: of what is accessed; of a role that is assumed, whom it trusts.
        boundary: the permissions boundary of the caller's role.
        session: the policy that the session was opened with.
        grants: those of the key that is accessed.
    """

    identity: Sequence[Named] = ()
    resource: Named | None = None
    boundary: Named | None = None
    session: Named | None = None
    grants: Sequence[Grant] = ()


@dataclass(frozen=True)
class Decision:
    """What was decided.

    Attributes:
        by: the statements that decided, as policy and statement: those that allow, or the one that denies. A grant of
            a key is ``grant`` and its id.
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
    asked = _Asked(caller, access, context_of(caller, access), bounded=policies.boundary is not None)
    for reason, named, of_resource in _in_order_of_denial(asked, policies):
        if denying := next(asked.found(named, "Deny", of_resource=of_resource), None):
            return Decision(caller, access, reason, ((named.name, denying[0].name),))
    return _allowed(asked, policies)


def _in_order_of_denial(asked: "_Asked", policies: Policies) -> Iterator[tuple[Reason, Named, bool]]:
    for named in policies.identity:
        yield Reason.DENIED_BY_IDENTITY, named, False
    others = (
        (Reason.DENIED_BY_TRUST if asked.of_trust else Reason.DENIED_BY_RESOURCE, policies.resource, True),
        (Reason.DENIED_BY_BOUNDARY, policies.boundary, False),
        (Reason.DENIED_BY_SESSION, policies.session, False),
    )
    yield from ((reason, one, of_resource) for reason, one, of_resource in others if one)


def _allowed(asked: "_Asked", policies: Policies) -> Decision:
    identity = tuple((named.name, one[0].name) for named in policies.identity for one in asked.found(named, "Allow"))
    found = tuple(asked.found(policies.resource, "Allow", of_resource=True)) if policies.resource else ()
    resource = tuple((policies.resource.name, one[0].name) for one in found) if policies.resource else ()
    grants = tuple(("grant", grant.name) for grant in asked.granted(policies.grants))
    how = max((one[1] for one in found), default=Naming.NOT)
    missing = _missing(asked, policies, has_identity=bool(identity), how=how, granted=bool(grants))
    return asked.decision(missing or Reason.ALLOWED, () if missing else (*identity, *resource, *grants))


def _missing(asked: "_Asked", policies: Policies, *, has_identity: bool, how: Naming, granted: bool) -> Reason | None:
    """What would have to allow and does not; ``None`` where all that has to, does."""
    caller = asked.caller
    if caller.service:
        return None if granted or how is not Naming.NOT else asked.without_resource
    if how is Naming.SESSION and not asked.in_another_account:
        return None  # the very session is named: neither identity nor boundary nor session policy is asked
    if granted:
        return _limits(asked, policies)  # also in another account: a grant is all that its grantee needs
    enough = how is Naming.PRINCIPAL and not asked.in_another_account
    if how is Naming.NOT and (asked.resource_leads or asked.in_another_account):
        return asked.without_resource
    if not (caller.role is None or has_identity or enough):
        return Reason.NO_IDENTITY
    return _limits(asked, policies)


def _limits(asked: "_Asked", policies: Policies) -> Reason | None:
    limits = ((Reason.NO_BOUNDARY, policies.boundary), (Reason.NO_SESSION, policies.session))
    for reason, named in limits:
        if named and not any(asked.found(named, "Allow")):
            return reason
    return None


@dataclass(frozen=True)
class _Asked:
    """One access of one caller, and what is known of it."""

    caller: Caller
    access: Access
    context: Context
    bounded: bool

    @property
    def in_another_account(self) -> bool:
        return self.access.account != self.caller.account

    @property
    def of_trust(self) -> bool:
        """Whether a role is assumed: its trust policy is asked, which always has to allow."""
        return self.access.action.startswith("sts:") and ":role/" in self.access.resource

    @property
    def resource_leads(self) -> bool:
        """Whether the resource's policy always has to allow; elsewhere that of the identity can be enough.

        So it is with whom a role trusts, and with every key that there is: aliases and keys to come have no policy.
        """
        _, _, key = self.access.resource.partition(":key/")
        return self.of_trust or (self.access.action.startswith("kms:") and bool(key) and "*" not in key)

    @property
    def without_resource(self) -> Reason:
        return Reason.NO_TRUST if self.of_trust else Reason.NO_RESOURCE

    def decision(self, reason: Reason, by: tuple[tuple[str, str], ...]) -> Decision:
        return Decision(self.caller, self.access, reason, by)

    def granted(self, grants: Sequence[Grant]) -> Iterator[Grant]:
        return (grant for grant in grants if allows(grant, self.caller, self.access))

    def found(self, named: Named, effect: Effect, *, of_resource: bool = False) -> Iterator[tuple[Statement, Naming]]:
        """Return the statements of an effect that speak of this access, and how they name the caller.

        The policy of an identity speaks of whoever has it.
        """
        for statement in named.statements:
            if statement.effect == effect and self._is_spoken_of(statement):
                how = naming(statement, self.caller, bounded=self.bounded) if of_resource else Naming.PRINCIPAL
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
        if statement.other_resources and not all(has_values(one, self.context) for one in statement.resources):
            return False
        return self._any(statement.resources, self.access.resource) != statement.other_resources

    def _any(self, patterns: Sequence[str], value: str, *, any_case: bool = False) -> bool:
        return any(matches(pattern, value, self.context, any_case=any_case) for pattern in patterns)
