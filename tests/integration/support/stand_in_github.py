"""Puts the stand-in for the GitHub provider where Terraform finds it, beside the real AWS provider."""

import hashlib
import json
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from github_provider_schema import rebuilt_schema
from sagemaker_templates.operations.mirror import ProviderSource

HOME = Path(__file__).parents[2] / "stand_in_github_provider"
PYTHON = HOME / ".venv" / "bin" / "python"
VERSION = "6.9.0"

_ADDRESS = "registry.terraform.io/integrations/github"
_AWS = "registry.terraform.io/hashicorp/aws"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class StandInGitHub:
    """A mirror that holds the stand-in, and the folder that it keeps repositories in."""

    mirror: Path
    folder: Path

    def repositories(self, host: str, owner: str) -> dict[str, dict[str, object]]:
        """An owner's repositories by name."""
        files = (self.folder / host / owner).glob("*.repository.json")
        return {file.name.removesuffix(".repository.json"): json.loads(file.read_text()) for file in files}

    def add_repository(self, host: str, owner: str, name: str) -> None:
        """Create a repository by hand."""
        folder = self.folder / host / owner
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.repository.json").write_text(json.dumps({"name": name, "description": "by hand"}))

    def received(self, host: str, owner: str, secret: str) -> bool:
        """Whether the provider was configured with exactly this secret."""
        digest = (self.folder / host / owner / "credential.sha256").read_text()
        return digest == hashlib.sha256(secret.encode()).hexdigest()

    def forget(self) -> None:
        """Remove every repository."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def source(self, aws: ProviderSource, folder: Path) -> ProviderSource:
        """Where both providers come from."""
        mirrors = {_ADDRESS: self.mirror} | ({_AWS: aws.mirror} if aws.mirror else {})
        included = "".join(
            f"  filesystem_mirror {{\n    path = {json.dumps(str(path))}\n    include = [{json.dumps(name)}]\n  }}\n"
            for name, path in mirrors.items()
        )
        excluded = json.dumps(list(mirrors))
        file = folder / "both-providers.tfrc"
        file.write_text(f"provider_installation {{\n{included}  direct {{\n    exclude = {excluded}\n  }}\n}}\n")
        return ProviderSource(file, f"{aws.description}; the stand-in for GitHub", self.mirror)


def stand_in_github(folder: Path) -> StandInGitHub:
    """Install the stand-in in a folder of its own."""
    stand_in = StandInGitHub(folder / "mirror", folder / "github")
    stand_in.folder.mkdir()
    schema = folder / "schema.json"
    schema.write_text(json.dumps(rebuilt_schema()))
    machine = platform.machine().lower()
    place = stand_in.mirror / _ADDRESS / VERSION / f"{platform.system().lower()}_{_MACHINES.get(machine, machine)}"
    place.mkdir(parents=True)
    program = place / f"terraform-provider-github_v{VERSION}"
    # A home of its own: the library keeps a certificate there.
    program.write_text(
        "#!/bin/sh\n"
        f"HOME='{folder}' exec '{os.fspath(PYTHON)}' '{HOME / 'provider.py'}' '{schema}' '{stand_in.folder}'\n"
    )
    program.chmod(0o755)
    return stand_in
