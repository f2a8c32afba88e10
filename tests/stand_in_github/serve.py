"""The stand-in GitHub provider's process, started by Terraform; its arguments: the schema's file.

It knows the real provider's schema and keeps an account in a JSON file; it never talks to GitHub. It reads no
credentials from its environment: what a configuration does not hand over has not arrived.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from github_account import ACCOUNT_VARIABLE, Account
from kept_resources import data_source_types, resource_types
from plugin_schema import plugin_schema
from provider_resources import Access, CheckedData, SchemaChecked
from provider_schema import ProviderSchema
from tf import iface
from tf.runner import run_provider
from tf.schema import Schema
from tf.types import Unknown
from tf.utils import Diagnostics

# Whose repositories an empty configuration reaches, as Terraform makes one for what is only in a state.
NOBODY = ""


class StandInProvider(iface.Provider):
    """The provider integrations/github, as far as the tests need it."""

    def __init__(self, schema: ProviderSchema) -> None:
        self.schema = schema
        self.access: Access | None = None

    def get_model_prefix(self) -> str:
        """Return what the names of all types begin with."""
        return "github_"

    def full_name(self) -> str:
        """Return the address that configurations require."""
        return "registry.terraform.io/integrations/github"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        """Return the schema of the provider's configuration."""
        return plugin_schema(self.schema["provider"])

    def get_resources(self) -> list[type[SchemaChecked]]:
        """Return all types of resource."""
        return resource_types(self.schema["resource_schemas"])

    def get_data_sources(self) -> list[type[CheckedData]]:
        """Return all types of data source."""
        return data_source_types(self.schema["data_source_schemas"])

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """Refuse two ways of authenticating at once, and a base URL that is none."""
        if config["token"] is not None and config["app_auth"]:
            diags.add_error("Conflicting configuration arguments", '"token": conflicts with app_auth', path=["token"])
        url = config["base_url"]
        if isinstance(url, str) and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
            diags.add_error(
                "Invalid base URL", f"{url!r}: an address such as https://github.example.com/", ["base_url"]
            )

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """Find the account, and note how the provider authenticates."""
        owner = config["owner"] or config["organization"]
        if owner is None and _authentication(config)[0] == "anonymous":
            owner = NOBODY
        if not isinstance(owner, str):
            diags.add_error("No owner", "The stand-in provider does not know whose a token is: set owner", ["owner"])
        elif not (file := os.environ.get(ACCOUNT_VARIABLE)):
            diags.add_error(
                "No account", f"{ACCOUNT_VARIABLE} names the file in which the stand-in keeps GitHub's side"
            )
        else:
            self._configure(Account(Path(file)), owner, config)

    def _configure(self, account: Account, owner: str, config: dict[str, Any]) -> None:
        address = urlsplit(_text(config["base_url"]) or "https://github.com/")
        host = "github.com" if address.netloc == "api.github.com" else address.netloc
        method, secret = _authentication(config)
        self.access = Access(account, address.scheme, host, owner, authenticated=method != "anonymous")
        with account.changing() as content:
            content.remember_authentication(host, owner, method, secret)


def _authentication(config: dict[str, Any]) -> tuple[str, str | None]:
    """Return the method of authentication, and the secret if there is one and it is known."""
    if config["app_auth"]:
        return "app", _text(config["app_auth"][0]["pem_file"])
    if config["token"] is Unknown:
        return "token", None
    return ("token", config["token"]) if config["token"] else ("anonymous", None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def main() -> None:
    """Serve until Terraform has had enough."""
    schema: ProviderSchema = json.loads(Path(sys.argv[1]).read_text())
    run_provider(StandInProvider(schema), [sys.argv[0]])
    # Everything is answered and written. The orderly end of gRPC's threads would take a second at each of a plan's
    # three starts, while Terraform waits.
    os._exit(0)


if __name__ == "__main__":
    main()
