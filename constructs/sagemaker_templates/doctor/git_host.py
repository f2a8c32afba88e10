"""Asking GitHub, or an Enterprise Server, with a project's token: read-only, and the token goes nowhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sagemaker_templates.settings.model import Repository

_GITHUB = "https://api.github.com"
_SECONDS = 15
_LARGEST = 1 << 20
_SERVER_ERROR = 500


class HostNotAnswered(Exception):  # noqa: N818 - what happened
    """The host did not answer, or with what is no answer of GitHub's. The message is one line."""


@dataclass(frozen=True)
class HostReply:
    """What the host answered.

    Attributes:
        headers: by their names in lower case.
        content: of the JSON; None where there is none.
    """

    status: int
    headers: Mapping[str, str]
    content: Any

    @property
    def ok(self) -> bool:
        """Whether it was answered, and not refused."""
        return self.status == 200  # noqa: PLR2004 - HTTP's

    @property
    def single_sign_on(self) -> str | None:
        """Where the token can be authorized, where the organization wants that; empty if the host does not say where.

        https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
        """
        header = self.headers.get("x-github-sso", "")
        if not header.startswith("required"):
            return None
        return header.partition("url=")[2].split(";")[0].strip()

    @property
    def message(self) -> str:
        """The host's words about a refusal."""
        said = self.content.get("message", "") if isinstance(self.content, dict) else ""
        return " ".join(str(said).split())


@dataclass(frozen=True)
class GitHost:
    """A host, and the token that it is asked with.

    Attributes:
        address: of the API, without a slash at its end.
    """

    address: str
    token: str = field(repr=False)

    def get(self, *path: str, query: str = "") -> HostReply:
        """Ask for what lies under a path, given in parts.

        Raises:
            HostNotAnswered: there is no answer, or too many requests were made.
        """
        address = "/".join([self.address, *(quote(part, safe="") for part in path)]) + (f"?{query}" if query else "")
        try:
            reply = _get(address, self.token)
        except (URLError, HTTPException, TimeoutError, OSError, ValueError) as error:
            raise HostNotAnswered(_reason(self.address, error)) from None
        if reply.status in (403, 429) and (
            reply.headers.get("x-ratelimit-remaining") == "0" or "rate limit" in reply.message
        ):
            raise HostNotAnswered(f"{self.address} takes no more requests of this token at present: ask again later")
        if reply.status >= _SERVER_ERROR:
            raise HostNotAnswered(f"{self.address} answers {reply.status}: ask again later")
        return reply


def git_host(repository: Repository, token: str) -> GitHost:
    """The host of a repository."""
    base = f"{repository.base_url}/api/v3" if repository.base_url else _GITHUB
    return GitHost(base, token)


class _NoRedirect(HTTPRedirectHandler):
    """Follows none: the token would go along."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


def _get(address: str, token: str) -> HostReply:
    request = Request(  # noqa: S310 - settings allow https, and http on loopback alone
        address,
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "sagemaker-templates",
        },
    )
    try:
        with build_opener(_NoRedirect).open(request, timeout=_SECONDS) as reply:
            return _reply(reply.status, reply.headers, reply.read(_LARGEST))
    except HTTPError as refused:
        with refused:
            return _reply(refused.code, refused.headers, refused.read(_LARGEST))


def _reply(status: int, headers: Message, body: bytes) -> HostReply:
    try:
        content = json.loads(body) if body else None
    except ValueError:
        content = None
    return HostReply(status, {name.lower(): value for name, value in headers.items()}, content)


def _reason(address: str, error: Exception) -> str:
    reason = getattr(error, "reason", error)
    said = " ".join(str(reason).split()) if isinstance(reason, OSError) else type(error).__name__
    return f"{address} cannot be reached ({said}): is there a way from here to it?"
