"""How tests hand the stand-in GitHub provider to Terraform: a mirror on disk, which a CLI configuration names."""

import json
import platform
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import bindings_schema
from github_account import ACCOUNT_VARIABLE, Account
from sagemaker_templates.operations.mirror import CLI_CONFIG_VARIABLE, ProviderSource

HERE = Path(__file__).parent
PYTHON = HERE / ".venv" / "bin" / "python"

_GITHUB = "registry.terraform.io/integrations/github"
_AWS = "registry.terraform.io/hashicorp/aws"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class StandIn:
    """An installed stand-in; ``account`` is GitHub's side."""

    cli_config_file: Path
    account: Account

    def environment(self) -> dict[str, str]:
        """Return the variables that make Terraform find the stand-in, and the stand-in its account."""
        return {CLI_CONFIG_VARIABLE: str(self.cli_config_file), ACCOUNT_VARIABLE: str(self.account.file)}

    def with_account(self, file: Path) -> "StandIn":
        """Return the same installation with another, perhaps empty, account."""
        return replace(self, account=Account(file))


def is_available() -> bool:
    """Tell whether the stand-in's environment is set up: `make tests/stand_in_github/.venv/.installed`."""
    return PYTHON.exists()


def install_stand_in(folder: Path, aws: ProviderSource) -> StandIn:
    """Write a mirror with the stand-in into a folder, and a CLI configuration that adds it to the AWS provider's.

    Where ``aws`` names no mirror, the AWS provider comes from the network.
    """
    folder = folder.resolve()
    schema = folder / "schema.json"
    version = bindings_schema.provider_version()
    package = folder / "mirror" / _GITHUB / version / _platform()
    package.mkdir(parents=True)
    schema.write_text(json.dumps(bindings_schema.provider_schema()))
    executable = package / f"terraform-provider-github_v{version}"
    executable.write_text(_launcher(folder, schema))
    executable.chmod(0o755)
    cli_config_file = folder / "providers.tfrc"
    cli_config_file.write_text(_cli_configuration(folder / "mirror", aws.mirror))
    return StandIn(cli_config_file, Account(folder / "account.json"))


def _launcher(home: Path, schema: Path) -> str:
    """Return the script that Terraform starts: `tf` keeps a certificate in the home folder, so it gets its own."""
    command = shlex.join([str(PYTHON), "-E", str(HERE / "serve.py"), str(schema)])
    return f"#!/bin/sh\nHOME={shlex.quote(str(home))} exec {command}\n"


def _platform() -> str:
    """Return the platform as Terraform names it, such as linux_amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_ARCHITECTURES.get(machine, machine)}"


def _cli_configuration(github: Path, aws: Path | None) -> str:
    mirrors = {_GITHUB: github} | ({_AWS: aws} if aws else {})
    blocks = "".join(_mirror(provider, path) for provider, path in mirrors.items())
    direct = f"  direct {{\n    exclude = {json.dumps(list(mirrors))}\n  }}\n"
    return f"provider_installation {{\n{blocks}{direct}}}\n"


def _mirror(provider: str, path: Path) -> str:
    return f'  filesystem_mirror {{\n    path    = {json.dumps(str(path))}\n    include = ["{provider}"]\n  }}\n'
