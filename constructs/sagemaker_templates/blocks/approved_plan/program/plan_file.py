"""A saved plan as it lies in a file, taken apart without Terraform, for what `terraform show` does not tell.

The file is a zip (https://github.com/hashicorp/terraform/blob/v1.11.4/internal/plans/planfile/writer.go), the plan in
it a protocol buffer (https://github.com/hashicorp/terraform/blob/v1.11.4/internal/plans/planproto/planfile.proto).
Whatever could be read in two ways is refused, and Terraform is given a zip that is written anew: what it reads is
what was read here.
"""

import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from deploy.failures import DeployError

from .msgpack import decoded
from .protobuf import fields, only

_LARGEST_BYTES = 64 * 1024 * 1024
_PLAN, _LOCK, _MANIFEST, _FILES = "tfplan", ".terraform.lock.hcl", "tfconfig/modules.json", "tfconfig/m-"
_STATES = frozenset({"tfstate", "tfstate-prev"})
_BACKEND_FIELD, _TYPE_FIELD, _CONFIG_FIELD, _WORKSPACE_FIELD, _MSGPACK_FIELD = 13, 1, 2, 3, 1
_PROVIDER = re.compile(r'^\s*provider\s+"([^"]*)"', re.MULTILINE)


class PlanRefusedError(DeployError):
    """The plan is not one that may be applied; the message says why."""

    @classmethod
    def because(cls, problems: Iterable[str]) -> Self:
        """All that is wrong with it, each in a line."""
        return cls("\n".join(["this plan is not applied:", *(f"- {problem}" for problem in problems)]))


@dataclass(frozen=True)
class Backend:
    """Where a plan keeps its state: the backend's type, what is set of its arguments, the workspace."""

    kind: str
    settings: Mapping[str, Any]
    workspace: str


@dataclass(frozen=True)
class PlanFile:
    """A saved plan.

    Attributes:
        digest: SHA-256 of the file, in hexadecimal.
        entries: what the zip holds, by name.
        backend: where its state is.
    """

    digest: str
    entries: Mapping[str, bytes]
    backend: Backend

    @classmethod
    def read(cls, file: Path, within: Path) -> Self:
        """Read a plan of an artifact.

        Args:
            within: the artifact's folder: a link that leads out of it is not followed.

        Raises:
            PlanRefusedError: it is no regular file, or no plan as Terraform writes it.
        """
        content = regular_file(file, within, _LARGEST_BYTES)
        entries = _entries(content)
        return cls(hashlib.sha256(content).hexdigest(), entries, _backend(entries[_PLAN]))

    @property
    def lock(self) -> bytes:
        """The dependency lock file that the plan was made with."""
        return self.entries[_LOCK]

    @property
    def configuration(self) -> Mapping[str, str]:
        """The Terraform files that the plan was made of, by name."""
        return {
            name.removeprefix("tfconfig/"): _text(name, content)
            for name, content in self.entries.items()
            if name.startswith(_FILES)
        }

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers of the lock file, by their full names."""
        return tuple(_PROVIDER.findall(_text(_LOCK, self.lock)))

    def write(self, file: Path) -> None:
        """Write the plan anew, for Terraform to read."""
        with zipfile.ZipFile(file, "w") as packed:
            for name, content in self.entries.items():
                packed.writestr(name, content)


def regular_file(file: Path, within: Path, largest_bytes: int) -> bytes:
    """The content of a file that others have made.

    Raises:
        PlanRefusedError: it is missing, no regular file, outside the folder, or too large.
    """
    try:
        status = file.lstat()
        inside = file.resolve(strict=True).is_relative_to(within.resolve(strict=True))
    except (OSError, RuntimeError) as error:
        raise PlanRefusedError(f"the artifact has no {file.name}: {error}") from error
    if not stat.S_ISREG(status.st_mode) or not inside:
        raise PlanRefusedError(f"{file.name} of the artifact is not a regular file")
    if status.st_size > largest_bytes:
        raise PlanRefusedError(f"{file.name} has {status.st_size} bytes; allowed: {largest_bytes}")
    return file.read_bytes()


def _entries(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            _refuse_names(names)
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST_BYTES:
                raise PlanRefusedError(f"the plan holds more than {_LARGEST_BYTES} bytes")
            return {name: packed.read(name) for name in names}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise PlanRefusedError(f"this is no plan that Terraform has saved: {error}") from error


def _refuse_names(names: list[str]) -> None:
    """Of two entries of one name Terraform would read the first, others the last."""
    if len(set(names)) < len(names):
        raise PlanRefusedError("the plan holds an entry twice")
    missing = sorted({_PLAN, _LOCK, _MANIFEST, *_STATES} - set(names))
    if missing:
        raise PlanRefusedError(f"this is no plan that Terraform has saved: it has no {', '.join(missing)}")
    for name in names:
        if name not in {_PLAN, _LOCK, _MANIFEST, *_STATES} and not name.startswith(_FILES):
            raise PlanRefusedError(f"the plan holds {name!r}, which no saved plan has")


def _backend(plan: bytes) -> Backend:
    try:
        message = fields(only(fields(plan), _BACKEND_FIELD))
        config = fields(only(message, _CONFIG_FIELD))
        settings = decoded(only(config, _MSGPACK_FIELD))
        kind, workspace = (only(message, number).decode("utf-8") for number in (_TYPE_FIELD, _WORKSPACE_FIELD))
    except (ValueError, IndexError, RecursionError) as error:
        raise PlanRefusedError(f"the plan does not say where its state is: {error}") from error
    if not isinstance(settings, dict):
        raise PlanRefusedError("the plan does not say where its state is")
    return Backend(kind, dict(_set(settings)), workspace)


def _set(settings: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """An argument that is not set is null."""
    for name, value in settings.items():
        if value is not None:
            yield str(name), value


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlanRefusedError(f"{name} in the plan is not UTF-8 text") from error
