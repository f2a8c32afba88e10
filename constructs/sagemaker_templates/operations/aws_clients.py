"""boto3 for the few questions that Terraform has no command for: read-only, and nobody waits long for them."""

from collections.abc import Callable
from typing import Any

Clients = Callable[[str, str], Any]
"""Service and region → a boto3 client with the credentials of whoever asks."""

_CONNECT_SECONDS = 5
_READ_SECONDS = 20


def clients() -> Clients:
    """Return what makes clients from this process's credentials, each once."""
    import boto3
    from botocore.config import Config

    session = boto3.Session()
    config = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"total_max_attempts": 2})
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str) -> Any:
        if (service, region) not in made:
            named: Any = service
            made[service, region] = session.client(named, region_name=region, config=config)
        return made[service, region]

    return client


def refusals() -> tuple[type[Exception], ...]:
    """What a client raises when AWS refuses, knows nothing of the kind or cannot be reached."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError
