"""A stack's way to GitHub: the provider's configuration, and its token or app's key, which nothing ever stores."""

from typing import Any

from sagemaker_templates.providers import github
from sagemaker_templates.settings.model import Repository

PROVIDER_SOURCE = "integrations/github"
PROVIDER_VERSION = ">= 6.9, < 7"
TOKEN_KEY = "github_token"  # noqa: S105 - the name of a key in a secret
_SECRET_TYPE = "aws_secretsmanager_secret_version"  # noqa: S105 - the type of a resource
_DEFAULT = "github"


def github_provider(stack: Any, repository: Repository, alias: str | None = None) -> Any:
    """Add a configuration of the GitHub provider for a repository's owner.

    The secret is read as an ephemeral resource, so its value is in no plan and no state
    (https://developer.hashicorp.com/terraform/language/block/ephemeral).

    Args:
        alias: tells configurations of one stack apart; None for the only one.
    """
    name = alias or _DEFAULT
    provider = github.provider.GithubProvider(
        stack,
        name,
        alias=alias,
        owner=repository.owner,
        base_url=f"{repository.base_url}/" if repository.base_url else None,
        **_credential(stack, name, repository),
    )
    # The bindings pin the version that they were generated from.
    stack.add_override(f"terraform.required_providers.{_DEFAULT}.source", PROVIDER_SOURCE)
    stack.add_override(f"terraform.required_providers.{_DEFAULT}.version", PROVIDER_VERSION)
    return provider


def owner_alias(repository: Repository) -> str:
    """What tells the configurations of an environment's owners apart: one per host and owner."""
    host = "github" if repository.base_url is None else _host(repository.base_url)
    return f"{host}_{repository.owner}".lower()


def _host(base_url: str) -> str:
    kept = "".join(c if c.isalnum() or c == "-" else "_" for c in base_url.partition("//")[2])
    return f"enterprise_{kept}"


def _credential(stack: Any, name: str, repository: Repository) -> dict[str, Any]:
    if repository.app is None:
        return {"token": _token(_secret(stack, name, repository.access_token_secret_name))}
    return {
        "app_auth": github.provider.GithubProviderAppAuth(
            id=repository.app.id,
            installation_id=repository.app.installation_id,
            pem_file=f"${{{_secret(stack, name, repository.app.private_key_secret_name)}}}",
        )
    }


def _secret(stack: Any, name: str, secret: str) -> str:
    """Add the ephemeral resource, which CDKTF 0.21 has no construct for; gives the expression of its text."""
    stack.add_override(f"ephemeral.{_SECRET_TYPE}.{name}", {"secret_id": secret})
    return f"ephemeral.{_SECRET_TYPE}.{name}.secret_string"


def _token(text: str) -> str:
    """The token of a secret that is plain or JSON; JSON without the key is an error and never sent as a token."""
    return f'${{can(jsondecode({text})) ? jsondecode({text})["{TOKEN_KEY}"] : trimspace({text})}}'
