"""What the states of an environment need: looked at, made, and looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sagemaker_templates.bootstrap import state_bucket, state_key
from sagemaker_templates.bootstrap.change import Change
from sagemaker_templates.doctor.account import Account
from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.interruption import Interrupted
from sagemaker_templates.operations.aws_clients import clients
from sagemaker_templates.review.plan.selection import check_known
from sagemaker_templates.settings.model import Configuration, S3State


class OtherAccount(StepFailed):
    """The credentials are of another account than the environment's."""


class NotMended(StepFailed):
    """Everything was done, and something is still not as it has to be."""


@dataclass(frozen=True)
class States:
    """The states of an environment.

    What is made here is there before any deploy role is, so that the credentials are those of whoever asks.
    """

    account_id: str
    state: S3State

    @classmethod
    def of(cls, configuration: Configuration, name: str) -> Self:
        """Those of an environment.

        Raises:
            WrongInput: there is no such environment, or it keeps its states in a folder.
        """
        check_known("environment", name, [each.name for each in configuration.environments])
        environment = next(each for each in configuration.environments if each.name == name)
        if not isinstance(environment.state, S3State):
            raise WrongInput(f"{name} keeps its states in a folder: there is nothing to make in its account")
        return cls(environment.account_id, environment.state)

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self.state.bucket

    def changes(self) -> list[Change]:
        """What is to be done, in its order; nothing where all is as it has to be.

        Raises:
            StepFailed: something there is in the way.
            Refused, NotAnswered: AWS does not say.
        """
        account = self._account()
        identity = account.ask("sts", "get_caller_identity")
        if identity["Account"] != self.account_id:
            other = f"{identity['Arn']} is of the account {identity['Account']}"
            raise OtherAccount(f"{other}: take credentials of {self.account_id}; nothing was changed")
        bucket = state_bucket.found(account, self.state, self.account_id)
        key = state_key.found(account, self.state)
        return [
            *(state_key.changes(key, self.state.region) if key else ()),
            *state_bucket.changes(bucket, self.state, key),
        ]

    def make(self, changes: Sequence[Change]) -> None:
        """Make the changes, and look whether that was all.

        Raises:
            NotMended: it was not.
            Refused, NotAnswered: AWS did not do one; the notes say what was done before, and what was not.
        """
        account = self._account()
        for number, change in enumerate(changes):
            try:
                change.make(account)
            except Exception as error:
                for line in _told(changes, number):
                    error.add_note(line)
                raise
            except Interrupted as interrupted:
                interrupted.left_undone = "\n".join(_told(changes, number))
                raise
        if left := self.changes():
            raise NotMended(f"still to be done: {'; '.join(each.what for each in left)}")

    def _account(self) -> Account:
        return Account(clients(region=self.state.region, attempts=_ATTEMPTS), self.state.region)


_ATTEMPTS = 5


def _told(changes: Sequence[Change], number: int) -> tuple[str, str]:
    """What was done before the change of a number, and what was not."""
    done, undone = (
        "; ".join(each.what for each in those) or "nothing" for those in (changes[:number], changes[number:])
    )
    return f"done: {done}", f"not done: {undone}"
