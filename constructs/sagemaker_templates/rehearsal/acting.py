"""Acting as a role: the one place where the rehearsal gets credentials of one.

In AWS a service assumes the role that it was given, and the role's trust policy names the service. The emulator gives
out sessions of every role by AssumeRole to the account's administrator; whoever makes it check trust policies changes
``session_of`` and nothing else.
"""

from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.emulator import Emulator


@dataclass(frozen=True)
class RoleSession:
    """A session of a role, as a service has it.

    Attributes:
        role_arn: of the role that acts.
        service: that acts as it, such as ``codebuild.amazonaws.com``.
        variables: what an AWS SDK's process is given to act so, and to reach the emulator and nothing else.
    """

    emulator: Emulator
    role_arn: str
    service: str
    variables: dict[str, str] = field(repr=False)

    @property
    def role(self) -> str:
        """The role's name, without its path."""
        return self.role_arn.rpartition("/")[2]

    @property
    def account(self) -> str:
        """The account that the role is in."""
        return account_of(self.role_arn)

    def client(self, service: str) -> Any:
        """A boto3 client that acts as the role."""
        return self.emulator.client_with(service, self.variables)


def session_of(emulator: Emulator, role_arn: str, service: str, region: str) -> RoleSession:
    """Give a session of a role to a service.

    Args:
        role_arn: of a role that stands in the emulator.
        service: a service principal, such as ``codepipeline.amazonaws.com``.
        region: where the session acts.
    """
    account = account_of(role_arn)
    sts = emulator.client("sts", account, region)
    given = sts.assume_role(RoleArn=role_arn, RoleSessionName=service.partition(".")[0])["Credentials"]
    return RoleSession(
        emulator,
        role_arn,
        service,
        {
            **emulator.environment(account, region),
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        },
    )


def account_of(arn: str) -> str:
    """The account that an ARN names."""
    return arn.split(":")[4]
