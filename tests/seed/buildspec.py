"""A repository's buildspec.yml, run as CodeBuild would: the commands of its phases in order, with its variables."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from aws_on_loopback import DUMMY_CREDENTIALS
from seed_repository import SeedRepository

INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
INSTALL_FOR_TESTS = INSTALL.replace("requirements.txt", "requirements-dev.txt")
TESTS = "python -m pytest --quiet --exitfirst"
PHASES = ("install", "pre_build", "build")


def buildspec(repository: SeedRepository) -> dict[str, Any]:
    """What the file says."""
    text: dict[str, Any] = yaml.safe_load((repository.root / "buildspec.yml").read_text(encoding="utf-8"))
    return text


def commands(repository: SeedRepository) -> list[str]:
    """The commands of all phases but the installation, in their order."""
    phases = buildspec(repository)["phases"]
    found = [command for phase in PHASES for command in phases.get(phase, {}).get("commands", [])]
    return [command for command in found if not command.startswith("python -m pip install ")]


def run_build(repository: SeedRepository, platform: Mapping[str, str], endpoint: str, **variables: str) -> str:
    """Run every phase but the installation and the repository's tests, which have a test of their own.

    Returns the build's log.

    Args:
        platform: the variables that the build project gives.
        endpoint: where AWS is.
        variables: more of them, above those of the file.
    """
    wanted = [each for each in commands(repository) if not each.startswith(TESTS)]
    return _run(repository, wanted, {**platform, "AWS_ENDPOINT_URL": endpoint, **variables})


def run_build_with_tests(repository: SeedRepository, platform: Mapping[str, str], endpoint: str) -> str:
    """Run every phase but the installation; returns the build's log."""
    return _run(repository, commands(repository), {**platform, "AWS_ENDPOINT_URL": endpoint})


def _run(repository: SeedRepository, wanted: Sequence[str], variables: Mapping[str, str]) -> str:
    environment = {**buildspec(repository)["env"]["variables"], **DUMMY_CREDENTIALS, **variables}
    return repository.run(["bash", "-c", "\n".join(["set -e", *wanted])], offline=False, environment=environment)
