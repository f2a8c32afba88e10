"""A repository's buildspec.yml, run as CodeBuild would: the commands of its phases in order, with its variables."""

from collections.abc import Mapping
from typing import Any

import yaml
from aws_on_loopback import DUMMY_CREDENTIALS
from seed_repository import SeedRepository

INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
PHASES = ("install", "pre_build", "build")


def buildspec(repository: SeedRepository) -> dict[str, Any]:
    """What the file says."""
    text: dict[str, Any] = yaml.safe_load((repository.root / "buildspec.yml").read_text(encoding="utf-8"))
    return text


def run_build(repository: SeedRepository, platform: Mapping[str, str], endpoint: str, **variables: str) -> str:
    """Run every phase but the installation; returns the build's log.

    Args:
        platform: the variables that the build project gives.
        endpoint: where AWS is.
        variables: more of them, above those of the file.
    """
    specification = buildspec(repository)
    commands = [
        command
        for phase in PHASES
        for command in specification["phases"].get(phase, {}).get("commands", [])
        if command != INSTALL
    ]
    environment = {
        **specification["env"]["variables"],
        **platform,
        **DUMMY_CREDENTIALS,
        "AWS_ENDPOINT_URL": endpoint,
        **variables,
    }
    script = "\n".join(["set -e", *commands])
    return repository.run(["bash", "-c", script], offline=False, environment=environment)
