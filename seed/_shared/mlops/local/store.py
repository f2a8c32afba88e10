"""Where files lie that steps leave for each other: for SageMaker that is S3, here a folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class NotThereError(LookupError):
    """Nothing is at a location; the message is one line."""


class Store(Protocol):
    """Files by their location, ``s3://BUCKET/KEY``.

    A location names one file, or all files below it: what SageMaker calls a prefix. An implementation by boto3 would
    read and write S3 itself, with the rights of the role that the command runs as.
    """

    def exists(self, uri: str) -> bool:
        """Whether there is a file at the location, or below it."""

    def fetch(self, uri: str, folder: Path) -> None:
        """Copy the file, or all files below the location, into a folder, which is made if need be.

        Raises:
            NotThereError: there is none.
        """

    def keep(self, source: Path, uri: str) -> None:
        """Copy a file to the location, or all files of a folder to below it; other files there stay."""

    def read(self, uri: str) -> bytes:
        """The content of one file.

        Raises:
            NotThereError: there is none.
        """

    def remove(self, uri: str) -> None:
        """Remove the file, or all files below the location; nothing happens where there is none."""


@dataclass(frozen=True)
class FolderStore:
    """A folder, in which ``s3://bucket/key`` is the file ``bucket/key``."""

    root: Path

    def path(self, uri: str) -> Path:
        """Where a location lies on this machine."""
        return self.root / uri.removeprefix("s3://").rstrip("/")

    def exists(self, uri: str) -> bool:
        """Whether there is something at the location."""
        return self.path(uri).exists()

    def fetch(self, uri: str, folder: Path) -> None:
        """Copy the file, or all files below the location, into a folder."""
        source = self.path(uri)
        if source.is_dir():
            shutil.copytree(source, folder, dirs_exist_ok=True)
        elif source.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder)
        else:
            raise NotThereError(f"nothing is at {uri}")

    def keep(self, source: Path, uri: str) -> None:
        """Copy a file, or all files of a folder, to the location."""
        target = self.path(uri)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def read(self, uri: str) -> bytes:
        """The content of one file."""
        if not self.path(uri).is_file():
            raise NotThereError(f"nothing is at {uri}")
        return self.path(uri).read_bytes()

    def remove(self, uri: str) -> None:
        """Remove what is at the location."""
        target = self.path(uri)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
