"""Every request held against the rights of who sends it, and refused as the service refuses it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.emulator import moto_policies
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Call, Place
from sagemaker_templates.emulator.reply import Reply
from sagemaker_templates.emulator.requests.models import service_of
from sagemaker_templates.emulator.requests.recognition import UnreadableError, recognize
from sagemaker_templates.emulator.rights.access import Access, Caller
from sagemaker_templates.emulator.rights.callers import Callers, UnknownCaller
from sagemaker_templates.emulator.rights.decision import Decision, decide
from sagemaker_templates.emulator.rights.journal import Journal
from sagemaker_templates.emulator.rights.lookups import Lookups
from sagemaker_templates.emulator.rights.malformed import MalformedPolicyError
from sagemaker_templates.emulator.rights.needs import NotInTable, needs
from sagemaker_templates.emulator.rights.refusals import refused
from sagemaker_templates.emulator.rights.standing import StandingPolicies
from sagemaker_templates.emulator.rights.trust import service, trusts
from sagemaker_templates.settings import regions

_PASS, _PASSED_TO = "iam:PassRole", "iam:passedtoservice"


class RoleNotTrusting(LookupError):  # noqa: N818 - what happened, in the words of a refusal
    """A role does not let a service act as it; the message is AWS's."""


@dataclass(frozen=True)
class Guard:
    """Decides what requests may do.

    Attributes:
        lookups: what stands in the accounts.
        standing: the policies that stand there.
        enforces: whether anything is refused at all.
    """

    lookups: Lookups
    standing: StandingPolicies
    callers: Callers
    journal: Journal
    enforces: bool = True

    def __call__(self, call: Call) -> Reply | None:
        """Return how a service refuses a request; ``None`` where its sender may have it done."""
        if not self.enforces:
            return None
        message = self._refusal(call)
        return refused(call, service_of(call), message) if message else None

    def ask(self, key: str, asked: Asked, region: str) -> str | None:
        """Decide a request that nobody sends: what a service would do with a session's key.

        Returns:
            Why it may not be done, in AWS's words; ``None`` where it may.

        Raises:
            LookupError: the key is no session's; nobody knows what the request needs; there is no such region.
        """
        session = self.callers.session(key)
        if session is None:
            raise UnknownCaller("the key is no session's")
        if not self.enforces:
            return None
        place = Place(session.account_id, region)
        return self._decided(self.callers.of_key(key, place), key, asked, place)

    def open_session(
        self, role_arn: str, principal: str, name: str, region: str, acting_for: str | None
    ) -> moto_policies.Session:
        """Give a service a session of a role.

        Args:
            principal: the service, as ``codebuild.amazonaws.com``.
            name: of the session.
            acting_for: the ARN of what the service acts for, such as a build project.

        Raises:
            RoleNotTrusting: there is no such role, or it does not trust the service for that.
        """
        if self.enforces:
            acting = service(principal, role_arn.split(":")[4], acting_for)
            decision = trusts(self.standing, role_arn, acting, region)
            self.journal.note(Asked("sts", "AssumeRole", {"RoleArn": role_arn}), decision)
            if not decision.allowed:
                raise RoleNotTrusting(decision.message)
        return moto_policies.open_session(role_arn, name, region)

    def forget(self) -> None:
        """Forget all sessions and decisions."""
        self.callers.forget()
        self.journal.forget()

    def _refusal(self, call: Call) -> str | None:
        try:
            caller = self.callers.of_key(call.access_key, call.place)
        except UnknownCaller as error:
            return str(error)
        try:
            return self._decided(caller, call.access_key, _asked(call), call.place)
        except (NotInTable, UnreadableError) as error:
            return str(error) if caller.role else None  # an administrator may do what nobody has thought of, too
        except MalformedPolicyError as error:
            return str(error)

    def _decided(self, caller: Caller, key: str, asked: Asked, place: Place) -> str | None:
        if not regions.is_known(place.region):
            return f"there is no region {place.region}"
        session = self.callers.session(key)
        accesses = needs(asked, place, self.lookups)
        for access in accesses:
            for decision in self._decisions(caller, access, accesses, session.policy if session else None):
                self.journal.note(asked, decision)
                if not decision.allowed:
                    return decision.message
        return None

    def _decisions(
        self, caller: Caller, access: Access, accesses: list[Access], session_policy: str | None
    ) -> Iterator[Decision]:
        yield decide(caller, access, self.standing.of(caller, access, session_policy))
        if access.action == _PASS:
            made = next((one.resource for one in accesses if one.action != _PASS and one.resource != "*"), None)
            for principal in access.context.get(_PASSED_TO, ()):
                # Most services try it at once: a role that does not trust them is refused where it is given to them.
                yield trusts(self.standing, access.resource, service(principal, access.account, made), access.region)


def _asked(call: Call) -> Asked:
    """What a request asks for.

    Raises:
        NotInTable: no model knows it.
        UnreadableError: its content cannot be read.
    """
    asked = recognize(call)
    if asked is None:
        raise NotInTable(call.service, call.operation or f"{call.method} {call.path}")
    return asked
