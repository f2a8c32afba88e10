"""Whether the token may do on GitHub, or an Enterprise Server, what the stacks do there."""

from typing import Any

from sagemaker_templates.doctor.contract import Asked, Topic, check
from sagemaker_templates.doctor.git_host import GitHost, HostReply
from sagemaker_templates.doctor.hosts import NoToken, Owner, host, owners, refusal
from sagemaker_templates.doctor.verdict import Verdict, failed, passed, unknown

_NOT_FOUND, _FORBIDDEN = 404, 403
_ORGANIZATION = "Organization"
_APP_OF_AWS = "aws-connector-for-github"
"""How GitHub calls the app that connections use (https://github.com/apps/aws-connector-for-github)."""
_FINE_GRAINED = "fine-grained: Administration and Contents: read and write, for all repositories of the owner"


@check(
    "the token is accepted",
    source="https://docs.github.com/en/rest/users/users#get-the-authenticated-user",
    rights=["secretsmanager:GetSecretValue"],
    decides=True,
)
def accepted(asked: Asked, owner: Owner) -> Verdict:
    """A token that was revoked or has expired stops the first plan with 401 Bad credentials."""
    try:
        reply = host(asked, owner.repository).get("user")
    except NoToken as none:
        return none.verdict
    if not reply.ok:
        return refusal(reply, "whose it is")
    expires = reply.headers.get("github-authentication-token-expiration")
    return passed(f"the token is {reply.content.get('login')}'s" + (f" and expires {expires}" if expires else ""))


@check(
    "the token sees the owner",
    source="https://docs.github.com/en/enterprise-cloud@latest/authentication/authenticating-with-single-sign-on/authorizing-a-personal-access-token-for-use-with-single-sign-on",
    decides=True,
)
def sees_owner(asked: Asked, owner: Owner) -> Verdict:
    """An organization with single sign-on refuses a token until it is authorized for it, and a misspelt owner is told
    only when the first repository is made."""
    server = host(asked, owner.repository)
    reply = server.get("users", owner.name)
    if reply.status == _NOT_FOUND:
        return failed("there is no such user or organization there", "mend repository-owner")
    if not reply.ok:
        return refusal(reply, "the owner")
    if reply.content.get("type") != _ORGANIZATION:
        return passed("is a person's account")
    organization = server.get("orgs", owner.name)
    return passed("is an organization, which the token sees") if organization.ok else refusal(organization, "it")


@check(
    "the token may create repositories of the owner",
    source="https://docs.github.com/en/rest/repos/repos#create-an-organization-repository",
)
def may_create(asked: Asked, owner: Owner) -> Verdict:
    """In a personal account repositories are made for whoever asks, so the token must be that person's; an
    organization decides whether members may make private ones."""
    server = host(asked, owner.repository)
    user = server.get("user")
    wrong = _missing_scopes(user, owner, _is_organization(server, owner))
    if wrong:
        return wrong
    if not _is_organization(server, owner):
        return _personal(user, owner)
    return _organization(server, user, owner)


def _is_organization(server: GitHost, owner: Owner) -> bool:
    reply = server.get("users", owner.name)
    return bool(reply.ok and reply.content.get("type") == _ORGANIZATION)


def _missing_scopes(user: HostReply, owner: Owner, organization: bool) -> Verdict | None:
    """A classic token tells its scopes with each answer; a fine-grained one has none and tells nothing.

    https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    """
    header = user.headers.get("x-oauth-scopes")
    if not header:
        return None
    scopes = {one.strip() for one in header.split(",")}
    needed = {"repo": {"repo"}}
    if organization:
        needed["read:org"] = {"read:org", "write:org", "admin:org"}
    if owner.deletes:
        needed["delete_repo"] = {"delete_repo"}
    missing = [name for name, enough in needed.items() if not enough & scopes]
    if not missing:
        return None
    return failed(f"the token lacks {', '.join(missing)}", "add it to the token on GitHub; its value stays")


def _personal(user: HostReply, owner: Owner) -> Verdict:
    login = str(user.content.get("login"))
    if login.lower() != owner.name.lower():
        return failed(
            f"the token is {login}'s, and would create repositories of {login}",
            f"store a token of {owner.name}, or name {login} as repository-owner",
        )
    if "x-oauth-scopes" not in user.headers:
        return unknown("is the owner's own; GitHub does not tell what a fine-grained token may do", _FINE_GRAINED)
    return passed("the token is the owner's own, and may")


def _organization(server: GitHost, user: HostReply, owner: Owner) -> Verdict:
    membership = server.get("user", "memberships", "orgs", owner.name)
    if membership.status == _NOT_FOUND:
        says = f"{user.content.get('login')} is no member of {owner.name}"
        return failed(says, "store a token of a member, who may create repositories")
    if not membership.ok:
        return refusal(membership, "its owner's membership")
    if membership.content.get("state") != "active":
        return failed("the invitation to the organization is not accepted yet", "accept it on GitHub")
    if membership.content.get("role") != "admin" and (not_allowed := _of_members(server, owner)):
        return not_allowed
    if "x-oauth-scopes" not in user.headers:
        return unknown("its owner may; GitHub does not tell what a fine-grained token may do", _FINE_GRAINED)
    return passed("the token may create private repositories")


def _of_members(server: GitHost, owner: Owner) -> Verdict | None:
    """What keeps those who are no owners of an organization from creating repositories; None if nothing does."""
    allowed = server.get("orgs", owner.name).content.get("members_can_create_private_repositories")
    if allowed is False:
        remedy = "allow it (organization's Settings → Member privileges), or store a token of an owner"
        return failed("members of the organization may not create private repositories", remedy)
    return None if allowed else unknown("GitHub does not tell whether members may create private repositories")


@check(
    "AWS's app is installed with the owner, for all repositories",
    source="https://docs.github.com/en/rest/orgs/orgs#list-app-installations-for-an-organization",
)
def app_installed(asked: Asked, owner: Owner) -> Verdict:
    """A connection reads with an installation of AWS's app; where that is missing, or sees chosen repositories alone,
    the pipeline finds no repository. Only an organization's owner may see it."""
    server = host(asked, owner.repository)
    if owner.base_url or not _is_organization(server, owner):
        return unknown("the host tells nobody's token which apps a person or a server has", _TO_INSTALL)
    reply = server.get("orgs", owner.name, "installations", query="per_page=100")
    if reply.status in (_NOT_FOUND, _FORBIDDEN) and reply.single_sign_on is None:
        return unknown("only an owner of the organization may see which apps it has", _TO_INSTALL)
    if not reply.ok:
        return refusal(reply, "its apps")
    return _installations(reply.content["installations"])


def _installations(installations: list[dict[str, Any]]) -> Verdict:
    found = [one for one in installations if str(one["app_slug"]).startswith(_APP_OF_AWS)]
    if not found:
        return failed("AWS's app is not installed with it", f"{_TO_INSTALL}: https://github.com/apps/{_APP_OF_AWS}")
    usable = [one for one in found if not one.get("suspended_at")]
    if not usable:
        return failed("AWS's app is suspended there", "unsuspend it: organization's Settings → GitHub Apps")
    if all(one.get("repository_selection") != "all" for one in usable):
        return failed("AWS's app sees chosen repositories alone, and no new ones", "let it see all repositories")
    return passed("AWS's app is installed with it, and sees all repositories")


_TO_INSTALL = "an owner installs AWS's app there, for all repositories"

TOPIC: Topic[Owner] = Topic(
    "owners on GitHub", owners, lambda owner: owner.label, (accepted, sees_owner, may_create, app_installed)
)
