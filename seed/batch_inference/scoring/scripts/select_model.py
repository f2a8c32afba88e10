"""Processing job: find the latest approved model of the group, at the time of the run.

It is the only job that calls AWS, and it touches no data. Nothing approved yet is an answer, not a failure.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from message import report_failure, tell

# boto3 makes its clients at run time.
SageMakerClient = Any

SELECTION_FILE = "selection.json"
NOTHING = "none"


class SelectionError(ValueError):
    """The approved package cannot be used; the message says why."""


@dataclass(frozen=True)
class Selection:
    """What the steps that follow read.

    Attributes:
        approved: whether there is an approved model; if not, the rest is "none".
        model_package_arn: the package.
        model_data: its archive in S3.
    """

    approved: bool
    model_package_arn: str = NOTHING
    model_data: str = NOTHING


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--group", required=True)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure():
        client = boto3.client("sagemaker", region_name=options.region)
        selection = select(client, options.group, options.bucket)
        write(selection, options.folder / "selection")
        tell(in_words(selection, options.group))


def select(client: SageMakerClient, group: str, bucket: str) -> Selection:
    """The latest approved package of a group.

    Raises:
        SelectionError: its model is not one archive in the bucket.
    """
    arn = latest_approved(client, group)
    if arn is None:
        return Selection(approved=False)
    package = client.describe_model_package(ModelPackageName=arn)
    return Selection(approved=True, model_package_arn=arn, model_data=_archive(package, bucket))


def latest_approved(client: SageMakerClient, group: str) -> str | None:
    """The ARN of the newest package that is approved and complete; None if there is none.

    SageMaker sorts ascending unless told, and a page may be empty although more follow.
    """
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    packages = (package for page in pages for package in page["ModelPackageSummaryList"])
    return next(
        (str(each["ModelPackageArn"]) for each in packages if each["ModelPackageStatus"] == "Completed"), None
    )


def write(selection: Selection, folder: Path) -> None:
    """Write the file that the pipeline's conditions and steps read."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SELECTION_FILE).write_text(json.dumps(asdict(selection), indent=2), encoding="utf-8")


def in_words(selection: Selection, group: str) -> str:
    """What a person reads."""
    if selection.approved:
        return f"Predicting with {selection.model_package_arn}."
    return f"No model of the group {group} is approved yet: nothing was predicted."


def _archive(package: dict[str, Any], bucket: str) -> str:
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    locations = [container.get("ModelDataUrl") for container in containers]
    arn = package["ModelPackageArn"]
    if len(locations) != 1 or not locations[0]:
        raise SelectionError(
            f"{arn} has {len(containers)} containers; exactly one, with a model archive, is expected"
        )
    location = str(locations[0])
    if not location.startswith(f"s3://{bucket}/"):
        raise SelectionError(f"the model of {arn} is {location}; this project may read s3://{bucket} only")
    return location


if __name__ == "__main__":
    main()
