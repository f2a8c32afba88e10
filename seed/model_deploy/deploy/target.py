"""The account that a build deploys to: the role it assumes there, and what the platform says of it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.failures import DeployError

# boto3 makes its clients at run time.
Client = Any

_SESSION_SECONDS = 3600  # the most that a role assumed by a role may have
_FORGOTTEN = ("AWS_PROFILE", "AWS_CONTAINER_", "AWS_WEB_IDENTITY_", "AWS_ROLE_", "TF_VAR_", "TF_CLI_ARGS")


class State(BaseModel):
    """Where the Terraform state of the endpoint is; in the target's own account."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    key: str
    region: str
    kms_key_id: str | None = None


class Facts(BaseModel):
    """What the platform's Terraform wrote into the target's parameter; keys not known here are left alone.

    Text of digits, such as an account's id, may come as a number: CDKTF's HCL loses its quotes.
    """

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    environment: str
    account_id: str
    region: str
    endpoint_name: str
    execution_role_arn: str
    kms_key_arn: str
    data_capture_uri: str | None = None
    enable_network_isolation: bool = False
    subnet_ids: list[str] = []
    security_group_ids: list[str] = []
    state: State
    tags: dict[str, str] = {}


@dataclass(frozen=True)
class Target:
    """What the build project says of the target."""

    environment: str
    role_arn: str
    external_id: str
    parameter: str

    @classmethod
    def from_variables(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read the variables of the build.

        Raises:
            DeployError: some are missing.
        """
        names = ("TARGET", "TARGET_ROLE_ARN", "TARGET_EXTERNAL_ID", "TARGET_PARAMETER")
        missing = [name for name in names if not variables.get(name)]
        if missing:
            raise DeployError(f"environment variables are missing or empty: {', '.join(missing)}")
        return cls(*(variables[name] for name in names))


class Session:
    """An hour in the target's account, in the role that was assumed there."""

    def __init__(self, target: Target) -> None:
        answer = boto3.client("sts").assume_role(
            RoleArn=target.role_arn,
            RoleSessionName=f"deploy-{target.environment}"[:64],
            ExternalId=target.external_id,
            DurationSeconds=_SESSION_SECONDS,
        )
        self._credentials: Mapping[str, Any] = answer["Credentials"]
        self._target = target

    def client(self, service: str, region: str | None = None) -> Client:
        """A client of one service, in the role."""
        make: Callable[..., Client] = boto3.client
        return make(
            service,
            region_name=region,
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials["SessionToken"],
        )

    def facts(self) -> Facts:
        """What the platform says of the target.

        Raises:
            DeployError: the parameter says something else than what is expected.
        """
        name = self._target.parameter
        value = self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        try:
            facts = Facts.model_validate_json(value)
        except ValidationError as error:
            wrong = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
            raise DeployError(f"the parameter {name} does not describe a target: {wrong or 'no JSON'}") from error
        if facts.environment != self._target.environment:
            raise DeployError(f"the parameter {name} describes {facts.environment}, not {self._target.environment}")
        return facts

    def environment(self, region: str) -> dict[str, str]:
        """The variables of a process that works in the role, and knows of no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FORGOTTEN)}
        return {
            **kept,
            "AWS_ACCESS_KEY_ID": self._credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": self._credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": self._credentials["SessionToken"],
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }
