"""Reaching a repository's host as its stacks do: with the token that their secret holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from sagemaker_templates.doctor.contract import Asked
from sagemaker_templates.doctor.git_host import GitHost, HostReply
from sagemaker_templates.doctor.secrets import WrongSecret, secret_of, value_of
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict, failed, unknown
from sagemaker_templates.settings.model import GitHubApp, Repository

_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(frozen=True)
class Owner:
    """An owner on a host, and what the stacks reach it with."""

    name: str
    base_url: str | None
    token_secret: str
    app: GitHubApp | None
    deletes: bool

    @property
    def repository(self) -> Repository:
        """Any repository of the owner."""
        return Repository(
            type="GitHub Enterprise" if self.base_url else "GitHub",
            owner=self.name,
            base_url=self.base_url,
            access_token_secret_name=self.token_secret,
            app=self.app,
        )

    @property
    def label(self) -> str:
        """What it is called in the report."""
        return f"GitHub owner {self.name}" + (f" at {self.base_url}" if self.base_url else "")


def owners(site: Site) -> Iterator[Owner]:
    """The owners that the stacks of a site create repositories for."""
    elsewhere = [one.repository for one in site.projects if one.repository.type != "CodeCommit"]
    for one in elsewhere:
        owner = str(one.owner)
        deletes = any(other.deletion == "delete" for other in elsewhere if other.owner == owner)
        yield Owner(owner, one.base_url, one.access_token_secret_name, one.app, deletes)


class NoToken(Exception):  # noqa: N818 - what is wrong
    """The host cannot be asked; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.says)
        self.verdict = verdict


def host(asked: Asked, repository: Repository) -> GitHost:
    """What asks the host of a repository.

    Raises:
        NoToken: there is no token to ask with.
    """
    if repository.app:
        raise NoToken(
            unknown(
                "not asked: an app's key only signs what Terraform's provider asks",
                "it must be installed with the owner for all repositories, with Administration and Contents: write",
            )
        )
    try:
        return asked.host(repository, value_of(asked.account, secret_of(repository)))
    except WrongSecret as wrong:
        raise NoToken(unknown("not asked: its secret holds no token", f"see the secret: {wrong}")) from None


def refusal(reply: HostReply, what: str) -> Verdict:
    """What to make of an answer that is none of those that a check knows."""
    if reply.single_sign_on is not None:
        where = reply.single_sign_on or "Settings → Developer settings → Personal access tokens → Configure SSO"
        return failed(
            "the organization wants single sign-on, which the token is not authorized for", f"authorize it: {where}"
        )
    if reply.status == _UNAUTHORIZED:
        return failed("the token is refused: wrong, revoked or expired", "make a new one, and put it into the secret")
    said = f": {reply.message}" if reply.message else ""
    if reply.status == _FORBIDDEN:
        return unknown(f"the token may not ask for {what} (403{said})")
    return unknown(f"the host answers {reply.status} for {what}{said}")
