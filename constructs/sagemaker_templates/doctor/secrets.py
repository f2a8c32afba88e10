"""Secrets: which of them are needed, and what they must hold. No value leaves this module but to whom it is for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sagemaker_templates.doctor.account import Account, NotAllowed, NotAnswered, Refused
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.settings.model import Project, Repository
from sagemaker_templates.stacks.github_access import TOKEN_KEY


class Form(StrEnum):
    """What a secret must hold."""

    GITHUB_TOKEN = "GitHub token"  # noqa: S105 - the name of a form
    PRIVATE_KEY = "private key of a GitHub App"
    HUB_TOKEN = "Hugging Face token"  # noqa: S105 - the name of a form


@dataclass(frozen=True)
class Secret:
    """A secret that the settings name."""

    name: str
    form: Form


class WrongSecret(Exception):  # noqa: N818 - what is wrong
    """A secret is missing, or holds something else; the message shows nothing of it.

    Attributes:
        remedy: what to do.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def secrets_of(site: Site) -> Iterator[Secret]:
    """The secrets that the projects of a site need."""
    for project in site.projects:
        if project.repository.type != "CodeCommit":
            yield secret_of(project.repository)
        if name := _hub_token(project):
            yield Secret(name, Form.HUB_TOKEN)


def secret_of(repository: Repository) -> Secret:
    """What the stacks reach a repository's host with."""
    if repository.app:
        return Secret(repository.app.private_key_secret_name, Form.PRIVATE_KEY)
    return Secret(repository.access_token_secret_name, Form.GITHUB_TOKEN)


def value_of(account: Account, secret: Secret) -> str:
    """What a secret holds, in the form that it must have.

    Raises:
        WrongSecret: it is not there, may not be read, or has another form.
        NotAnswered: AWS does not tell.
    """
    try:
        answer = account.ask("secretsmanager", "get_secret_value", SecretId=secret.name)
    except NotAllowed:
        raise WrongSecret(
            "may not be read with these credentials",
            "give them secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own",
        ) from None
    except Refused as refused:
        raise _missing(secret, refused) from None
    text = answer.get("SecretString")
    if text is None:
        raise WrongSecret("holds bytes and no text", f"store the {secret.form} as text")
    return _FORMS[secret.form](text)


def _missing(secret: Secret, refused: Refused) -> Exception:
    if refused.code == "ResourceNotFoundException":
        return WrongSecret(
            "there is no such secret in this account and region, or it has no value yet",
            f"aws secretsmanager create-secret --name {secret.name} --secret-string file://FILE (the {secret.form})",
        )
    if refused.code == "InvalidRequestException":
        return WrongSecret("is to be deleted", f"aws secretsmanager restore-secret --secret-id {secret.name}")
    if refused.code == "DecryptionFailure":
        return WrongSecret("cannot be decrypted", "give these credentials kms:Decrypt on its key, and enable the key")
    return NotAnswered(f"Secrets Manager answers {refused.code}")


def _github_token(text: str) -> str:
    """As the stacks read it: JSON with a key, or the token itself. Whatever is JSON is read as JSON."""
    as_json = f'JSON as {{"{TOKEN_KEY}": …}}, or the token and nothing else'
    try:
        parsed = json.loads(text)
    except ValueError:
        return _token(text.strip(), f"store {as_json}")
    if not isinstance(parsed, dict):
        raise WrongSecret("is JSON, but no map", f"store {as_json}")
    if TOKEN_KEY not in parsed:
        raise WrongSecret(f'is JSON without the key "{TOKEN_KEY}"', f"store {as_json}")
    if not isinstance(parsed[TOKEN_KEY], str):
        raise WrongSecret(f'is JSON whose key "{TOKEN_KEY}" holds no text', f"store {as_json}")
    return _token(parsed[TOKEN_KEY], f"store {as_json}")


def _hub_token_in(text: str) -> str:
    """As the import reads it: the whole text."""
    stripped = text.strip()
    if set(stripped) & set('"{}'):
        raise WrongSecret("is JSON or has quotes", "store the token and nothing else")
    return _token(stripped, "store the token and nothing else")


def _token(text: str, remedy: str) -> str:
    if not text:
        raise WrongSecret("is empty", remedy)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise WrongSecret("holds blanks, line breaks or other characters that no token has", remedy)
    return text


def _private_key(text: str) -> str:
    """https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps"""
    lines = text.strip().splitlines()
    whole = len(lines) > 2 and lines[0].startswith("-----BEGIN ") and lines[-1].startswith("-----END ")  # noqa: PLR2004
    if not whole or "PRIVATE KEY" not in lines[0]:
        raise WrongSecret(
            "holds no private key in PEM", "store the whole file that GitHub gave, line breaks included"
        )
    return text


_FORMS: dict[Form, Callable[[str], str]] = {
    Form.GITHUB_TOKEN: _github_token,
    Form.PRIVATE_KEY: _private_key,
    Form.HUB_TOKEN: _hub_token_in,
}


def _hub_token(project: Project) -> str | None:
    return getattr(project.parameters, "hf_access_token_secret", None)
