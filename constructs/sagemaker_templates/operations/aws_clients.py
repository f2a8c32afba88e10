"""boto3 for the few questions that Terraform has no command for: read-only, and nobody waits long for them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sagemaker_templates.settings.model import SESSION_NAME, DeployRole

Clients = Callable[[str, str], Any]
"""Service and region → a boto3 client with the credentials of whoever asks."""

_CONNECT_SECONDS = 5
_READ_SECONDS = 20


def clients(role: DeployRole | None = None, region: str | None = None) -> Clients:
    """Return what makes clients, each once, from this process's credentials.

    Args:
        role: that is taken with them, for an hour; None for whoever asks.
        region: where it is taken.
    """
    from botocore.config import Config

    config = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"total_max_attempts": 2})

    @cache
    def session() -> Any:
        return _session(role, region, config)

    @cache
    def client(service: str, region: str) -> Any:
        return session().client(service, region_name=region, config=config)

    return client


def _session(role: DeployRole | None, region: str | None, config: Any) -> Any:
    import boto3

    own = boto3.Session()
    if role is None:
        return own
    tags = [{"Key": name, "Value": value} for name, value in sorted(role.session_tags.items())]
    sts = own.client("sts", region_name=region, config=config)
    given: dict[str, Any] = {**({"ExternalId": role.external_id} if role.external_id else {}), "Tags": tags}
    taken = sts.assume_role(RoleArn=role.arn, RoleSessionName=SESSION_NAME, **given)["Credentials"]
    return boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])


def refusals() -> tuple[type[Exception], ...]:
    """What a client raises when AWS refuses, knows nothing of the kind or cannot be reached."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError
