"""Where a stack's resources and its state are: what an edit of the settings may change without a word of Terraform's.

To Terraform another account, region or state is a stack that has nothing yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]

GITHUB = "https://github.com"


@dataclass(frozen=True)
class Whereabouts:
    """Where a stack is, as far as that is known.

    Attributes:
        account: that its resources are in.
        region: that they are in.
        state: where its state is kept: ``s3://BUCKET/KEY``, or the path of a file as seen from the stack's folder.
            The region of the bucket is no part of it: AWS refuses a wrong one, so it loses nothing.
        endpoint_state: where the state of the endpoint that a target's stack is for is kept, beside its own.
        owners: who owns its repositories on GitHub: an address by the provider's alias, "" for the only provider.
    """

    account: str | None = None
    region: str | None = None
    state: str | None = None
    endpoint_state: str | None = None
    owners: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The account and the region, for a person; "" where they are not known."""
        return f"account {self.account}, {self.region}" if self.account and self.region else ""

    @property
    def state_in_words(self) -> str:
        """Where the state is, for a person."""
        state = self.state or ""
        return state if state.startswith(_S3) else f"{state}, seen from its folder"


def whereabouts(stack: Document) -> Whereabouts:
    """Read from a stack's JSON where it is; nothing of what is not as synthesis writes it."""
    account, region = _place(stack)
    return Whereabouts(account, region, _state(stack), _endpoint_state(stack), dict(_owners(stack)))


def s3_state(bucket: str, key: str) -> str:
    """Where a state in S3 is kept."""
    return f"{_S3}{bucket}/{key}"


def owner_address(owner: str, base_url: str | None = None) -> str:
    """The address of an owner on GitHub, or on a GitHub Enterprise Server."""
    return f"{(base_url or GITHUB).rstrip('/')}/{owner}"


_S3 = "s3://"


def _place(stack: Document) -> tuple[str | None, str | None]:
    match stack:
        case {"provider": {"aws": [{"allowed_account_ids": [str(account)], "region": str(region)}, *_]}}:
            return account, region
        case _:
            return None, None


def _state(stack: Document) -> str | None:
    match stack:
        case {"terraform": {"backend": {"s3": {"bucket": str(bucket), "key": str(key)}}}}:
            return s3_state(bucket, key)
        case {"terraform": {"backend": {"local": {"path": str(path)}}}}:
            return path
        case _:
            return None


def _endpoint_state(stack: Document) -> str | None:
    match stack:
        case {"locals": {"target": {"state": {"bucket": str(bucket), "key": str(key)}}}}:
            return s3_state(bucket, key)
        case _:
            return None


def _owners(stack: Document) -> Iterator[tuple[str, str]]:
    match stack:
        case {"provider": {"github": [*providers]}}:
            for provider in providers:
                match provider:
                    case {"owner": str(owner)}:
                        yield str(provider.get("alias", "")), owner_address(owner, provider.get("base_url"))
