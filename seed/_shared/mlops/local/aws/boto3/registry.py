"""SageMaker's model registry as a folder: each package is a file."""

import json
from dataclasses import dataclass
from pathlib import Path

from .failures import client_error
from .pages import Json, Paginator


@dataclass(frozen=True)
class Registry:
    """As much of boto3's ``sagemaker`` client as looks after model packages."""

    folder: Path

    def create_model_package(self, **request: object) -> Json:
        """Register a package; like SageMaker's, a newer one has a higher version."""
        self.folder.mkdir(parents=True, exist_ok=True)
        version = len(self._packages()) + 1
        group = request["ModelPackageGroupName"]
        package = {
            **request,
            "ModelPackageArn": f"arn:local:sagemaker:::model-package/{group}/{version}",
            "ModelPackageVersion": version,
            "ModelPackageStatus": "Completed",
        }
        (self.folder / f"{version:06}.json").write_text(json.dumps(package, indent=2), encoding="utf-8")
        return {"ModelPackageArn": package["ModelPackageArn"]}

    def describe_model_package(self, *, ModelPackageName: str) -> Json:  # noqa: N803 - AWS's name
        """A package by its ARN.

        Raises:
            ClientError: there is none.
        """
        for package in self._packages():
            if package["ModelPackageArn"] == ModelPackageName:
                return package
        raise client_error("ValidationException", f"{ModelPackageName} does not exist", "DescribeModelPackage")

    def list_model_packages(self, **wanted: str) -> Json:
        """The packages of a group, the newest first if ``SortOrder`` says so; maybe of one approval status only."""
        status = wanted.get("ModelApprovalStatus")
        found = [
            package
            for package in self._packages()
            if package["ModelPackageGroupName"] == wanted["ModelPackageGroupName"]
            and status in {None, package.get("ModelApprovalStatus")}
        ]
        return {"ModelPackageSummaryList": found[::-1] if wanted.get("SortOrder") == "Descending" else found}

    def get_paginator(self, operation: str) -> Paginator:
        """Pages of an operation's answers."""
        return Paginator(getattr(self, operation))

    def _packages(self) -> list[Json]:
        return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(self.folder.glob("*.json"))]
