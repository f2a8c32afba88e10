"""Acting as a role: the one place where the rehearsal gets credentials of one.

A service assumes the role that it was given, and the role's trust policy has to name the service. Nobody else can
play a service: the emulator gives out such sessions to whoever administers it.
"""

from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.routes import RIGHTS_ROUTE, SESSION_ROUTE
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.services.acts import Values, acts


class RightMissing(StepFailed):
    """A role may not do what a service has to do as it; the message is AWS's."""


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

    def needs(self, service: str, operation: str, **parameters: Any) -> None:
        """Have the rights of the role asked for what the service does without a request that could be sent here.

        Args:
            service: botocore's name of the service whose right it is.
            operation: as in the service's model, or an action that no SDK has, such as ``UploadArchive``.
            parameters: of the operation.

        Raises:
            RightMissing: the role may not do it.
        """
        self._ask(Asked(service, operation, parameters))

    def does(self, act: str, values: Values) -> None:
        """Have the rights of the role asked for what AWS's service does at a point, as ``services/`` has it.

        Args:
            act: its name.
            values: what the act is given.

        Raises:
            RightMissing: the role may not do all of it.
        """
        known = acts()[act]
        if known.principal != self.service:
            raise ValueError(f"{act} is an act of {known.principal}, not of {self.service}")
        for asked in known.asked(values):
            self._ask(asked)

    def _ask(self, asked: Asked) -> None:
        request = {"service": asked.service, "operation": asked.operation, "parameters": dict(asked.parameters)}
        session = {"key": self.variables["AWS_ACCESS_KEY_ID"], "region": self.variables["AWS_REGION"]}
        refused = self.emulator.administer(RIGHTS_ROUTE, {**session, **request}).get("refused")
        if refused:
            raise RightMissing(str(refused))


def session_of(emulator: Emulator, role_arn: str, service: str, region: str, acting_for: str) -> RoleSession:
    """Give a session of a role to a service.

    Args:
        role_arn: of a role that stands in the emulator.
        service: a service principal, such as ``codepipeline.amazonaws.com``.
        region: where the session acts.
        acting_for: the ARN of what the service acts for, such as a build project.

    Raises:
        EmulatorError: the role does not trust the service.
    """
    account = account_of(role_arn)
    asked = {"role": role_arn, "service": service, "name": service.partition(".")[0], "region": region}
    given = emulator.administer(SESSION_ROUTE, {**asked, "acting-for": acting_for})
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
