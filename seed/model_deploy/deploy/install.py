"""Terraform, of exactly one version, with a checksum: ``python -m deploy.install``."""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path

from deploy.failures import DeployError, command

VERSION = "1.11.4"
CHECKSUMS = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
}
"""SHA-256 of the archives, from https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_SHA256SUMS"""

RELEASES = "https://releases.hashicorp.com/terraform"
ADDRESS_VARIABLE = "TERRAFORM_RELEASES_URL"
"""Names another place with the same archives: a company's mirror. What it serves must have the same checksum."""

FOLDER = Path("build/bin")
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SECONDS = 120
_EXECUTABLE = 0o755


def terraform(folder: Path = FOLDER) -> Path:
    """The program: the one on the PATH or in the folder if it has the version, else downloaded into the folder.

    Raises:
        DeployError: it cannot be had, or is not what was expected.
    """
    on_path, own = shutil.which("terraform"), folder.absolute() / "terraform"
    for found in (Path(on_path) if on_path else None, own):
        if found and _version(found) == VERSION:
            return found
    own.parent.mkdir(parents=True, exist_ok=True)
    _unpack(_download(own.parent), own)
    if _version(own) != VERSION:
        raise DeployError(f"what was downloaded does not run as Terraform {VERSION}")
    return own


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.install", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    return command(lambda: print(f"Terraform {VERSION}: {terraform(options.folder)}"))


def _version(program: Path) -> str | None:
    try:
        answer = subprocess.run(
            [str(program), "version", "-json"],
            env={**os.environ, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
        return str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None


def _download(folder: Path) -> Path:
    system = f"{platform.system().lower()}_{_ARCHITECTURES.get(platform.machine().lower(), platform.machine())}"
    if system not in CHECKSUMS:
        raise DeployError(f"no checksum is known for {system}: install Terraform {VERSION} on the PATH")
    name = f"terraform_{VERSION}_{system}.zip"
    address = f"{os.environ.get(ADDRESS_VARIABLE, RELEASES).rstrip('/')}/{VERSION}/{name}"
    archive = folder / name
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer, archive.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise DeployError(f"{address} cannot be downloaded: {error}") from error
    _verify(archive, CHECKSUMS[system], address)
    return archive


def _verify(archive: Path, expected: str, address: str) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        archive.unlink()
        raise DeployError(f"{address} has the checksum {found}, not {expected}: it is not used")


def _unpack(archive: Path, program: Path) -> None:
    with zipfile.ZipFile(archive) as packed, packed.open("terraform") as inside, program.open("wb") as outside:
        shutil.copyfileobj(inside, outside)
    program.chmod(_EXECUTABLE)
    archive.unlink()


if __name__ == "__main__":
    sys.exit(main())
