"""Who a request comes from: its access key says it, as AWS's does."""

import re

from sagemaker_templates.emulator import moto_policies
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.access import Caller, Context

_ACCOUNT_ID = re.compile(r"\d{12}")


class UnknownCaller(LookupError):  # noqa: N818 - what happened, in the words of a refusal
    """Nothing is known of the rights of whoever has this key."""


class Callers:
    """Finds the caller of a key; sessions that were handed out are remembered."""

    def __init__(self) -> None:
        self._sessions: dict[str, moto_policies.Session] = {}

    def of_key(self, key: str, place: Place) -> Caller:
        """Return who has an access key: a session of a role, or the administrator of an account.

        Args:
            key: an account's id, the key of a session, or any other, which is taken for the administrator's: its
                owner has signed with the emulator's token.
            place: where the request is meant for.

        Raises:
            UnknownCaller: the key is a user's, and the emulator knows no rights of users.
        """
        if _ACCOUNT_ID.fullmatch(key):
            return administrator(key)
        if session := self.session(key):
            return _of_session(session)
        if moto_policies.is_of_user(key):
            raise UnknownCaller("the emulator knows the rights of roles and not those of users: assume a role")
        return administrator(place.account)

    def session(self, key: str) -> moto_policies.Session | None:
        """Return the session that a key was handed out for."""
        if key not in self._sessions:
            self._sessions.update({session.access_key_id: session for session in moto_policies.sessions()})
        return self._sessions.get(key)

    def forget(self) -> None:
        """Forget all sessions."""
        self._sessions.clear()


def administrator(account: str) -> Caller:
    """Return the one who may do all in an account, as far as no policy denies it."""
    return Caller(account=account, arn=f"arn:aws:iam::{account}:root")


def _of_session(session: moto_policies.Session) -> Caller:
    return Caller(
        account=session.account_id,
        arn=session.arn,
        role=session.role_arn,
        context=_principal_tags(session.role_arn),
    )


def _principal_tags(role_arn: str) -> Context:
    """A session has its role's tags (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html)."""
    role = moto_policies.role(role_arn)
    tags = moto_policies.tags_of_role(role) if role else {}
    return {f"aws:principaltag/{key.lower()}": (value,) for key, value in tags.items()}
