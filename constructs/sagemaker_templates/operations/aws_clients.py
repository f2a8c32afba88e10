"""boto3 for the few questions that Terraform has no command for: read-only, and nobody waits long for them."""

from collections.abc import Callable
from functools import cache
from threading import RLock
from typing import Any

from sagemaker_templates.settings.model import SESSION_NAME, DeployRole

Clients = Callable[[str, str], Any]
"""Service and region → a boto3 client with the credentials of whoever asks."""

_CONNECT_SECONDS = 5
_READ_SECONDS = 20


def clients(role: DeployRole | None = None, region: str | None = None, *, attempts: int = 2) -> Clients:
    """Return what makes clients, each once, from this process's credentials; threads may share it.

    Args:
        role: that is taken with them, for an hour; None for whoever asks.
        region: where it is taken.
        attempts: how often a request is sent at most, with longer and longer pauses, where it is throttled or lost
            (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
    """
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": attempts, "mode": "standard"},
    )
    # A session makes one client at a time: https://docs.aws.amazon.com/boto3/latest/guide/session.html
    one_at_a_time = RLock()

    @cache
    def session() -> Any:
        return _session(role, region, config)

    @cache
    def client(service: str, region: str) -> Any:
        return session().client(service, region_name=region, config=config)

    def shared(service: str, region: str) -> Any:
        with one_at_a_time:
            return client(service, region)

    return shared


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
