"""What services and programs do with the roles of the golden stacks, decided as the emulator decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from deeds_of_programs import ProgramDeed, deeds_of_programs
from deeds_of_services import Deed, deeds
from golden_roles import Stack, golden_stacks
from sagemaker_templates.emulator.rights.access import Access
from sagemaker_templates.emulator.rights.decision import Decision, Policies, decide
from sagemaker_templates.emulator.rights.documents import Named
from sagemaker_templates.emulator.rights.needs import needs

_OPEN = """{"Version": "2012-10-17", "Statement": [
    {"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "ACCOUNT"}, "Action": "*", "Resource": "*"}
]}"""


@dataclass(frozen=True)
class Decided:
    """One right that a deed asks for, and whether its role has it."""

    deed: Deed | ProgramDeed
    access: Access
    decision: Decision

    def with_rights(self, rights: Mapping[str, Named]) -> Decision:
        """The decision if the role had other rights."""
        return _decision(self.deed, self.access, rights)


@cache
def decided(stack: Stack) -> tuple[Decided, ...]:
    """All that is asked for in the name of a stack's roles."""
    return tuple(one for deed in _all(stack) for one in _of(deed))


def _all(stack: Stack) -> Iterator[Deed | ProgramDeed]:
    yield from deeds(stack)
    yield from deeds_of_programs(stack)


def _of(deed: Deed | ProgramDeed) -> Iterator[Decided]:
    rights = deed.stack.rights(deed.role)
    for asked in deed.asked:
        for access in needs(asked, deed.stack.place, deed.known):
            yield Decided(deed, access, _decision(deed, access, rights))


def _decision(deed: Deed | ProgramDeed, access: Access, rights: Mapping[str, Named]) -> Decision:
    policies = Policies(identity=list(rights.values()), resource=_of_resource(deed.stack, access))
    return decide(deed.stack.caller(deed.role), access, policies)


def _of_resource(stack: Stack, access: Access) -> Named | None:
    """Of what is not a stack's of ours, the policy leaves all to our account: the role's own rights are looked at."""
    if access.action.startswith("kms:"):
        return stack.policy_of_key(access.resource) or _left_to(stack.place.account)
    if access.action == "sts:AssumeRole":
        return _trust_of(stack.case, access.resource)
    return _left_to(stack.place.account) if access.account != stack.place.account else None


def _left_to(account: str) -> Named:
    return Named("of-others", _OPEN.replace("ACCOUNT", account))


@cache
def _trust_of(case: str, role: str) -> Named | None:
    """Whom a role trusts that another stack of the case has."""
    found = (
        stack.trust(id_)
        for stack in golden_stacks()
        if stack.case == case
        for id_ in stack.all("aws_iam_role")
        if stack.attribute("aws_iam_role", id_, "arn") == role
    )
    return next(found, None)
