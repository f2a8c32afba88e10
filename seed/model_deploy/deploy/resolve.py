"""Decide which model is released: ``python -m deploy.resolve``. The same one then goes through all environments."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import boto3

from deploy.exports import write_exports
from deploy.failures import DeployError, command

# boto3 makes its clients at run time.
SageMakerClient = Any

FILE = "release.json"


@dataclass(frozen=True)
class Release:
    """The newest approved model of a group; ``none`` where nothing is approved, which is an answer, not a failure."""

    status: Literal["ready", "none"]
    model_package_group_name: str
    model_package_arn: str | None = None
    model_package_version: int | None = None

    @classmethod
    def read(cls, file: Path) -> "Release":
        """What the build before has decided.

        Raises:
            DeployError: the file does not say it.
        """
        try:
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise DeployError(f"{file} does not say what is released: {error}") from error

    def write(self, folder: Path) -> None:
        """Write the file for the builds that follow."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @property
    def variables(self) -> dict[str, str]:
        """What the delivery pipeline sees of it."""
        return {
            "RELEASE": self.status,
            "MODEL_PACKAGE_ARN": self.model_package_arn or "",
            "MODEL_PACKAGE_VERSION": str(self.model_package_version or ""),
        }

    def __str__(self) -> str:
        """What a person reads in the log."""
        if self.status == "none":
            return f"No model of the group {self.model_package_group_name} is approved: nothing is deployed."
        return f"Version {self.model_package_version} is released: {self.model_package_arn}"


def latest_approved(client: SageMakerClient, group: str) -> Release:
    """The newest package of a group that is approved and complete.

    SageMaker sorts ascending unless told, and a page may be empty although more follow.
    """
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    for page in pages:
        for package in page["ModelPackageSummaryList"]:
            if package["ModelPackageStatus"] == "Completed":
                arn = str(package["ModelPackageArn"])
                return Release("ready", group, arn, int(arn.rpartition("/")[2]))
    return Release("none", group)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.resolve", description=__doc__)
    parser.add_argument("--group", default=os.environ.get("MODEL_PACKAGE_GROUP_NAME"))
    parser.add_argument("--folder", type=Path, default=Path("build"))
    options = parser.parse_args(arguments)

    def resolve() -> None:
        if not options.group:
            raise DeployError("MODEL_PACKAGE_GROUP_NAME is not set")
        release = latest_approved(boto3.client("sagemaker"), options.group)
        release.write(options.folder)
        write_exports(options.folder / "release.env", release.variables)
        print(release)

    return command(resolve)


if __name__ == "__main__":
    sys.exit(main())
