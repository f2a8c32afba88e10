"""Which version is released. The service is botocore's stub, which checks questions and answers against its model."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber
from conftest import GROUP
from deploy.resolve import latest_approved

QUESTION = {
    "ModelPackageGroupName": GROUP,
    "ModelApprovalStatus": "Approved",
    "SortBy": "CreationTime",
    "SortOrder": "Descending",
}


def arn(version: int) -> str:
    """A version of the group."""
    return f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{GROUP}/{version}"


def page(*versions: tuple[int, str], **more: str) -> dict[str, Any]:
    """One page of the list: versions with their status."""
    summaries = [
        {
            "ModelPackageArn": arn(version),
            "ModelPackageStatus": status,
            "CreationTime": datetime(2026, 1, version, tzinfo=UTC),
        }
        for version, status in versions
    ]
    return {"ModelPackageSummaryList": summaries, **more}


def test_the_newest_complete_version_is_taken_whatever_page_it_is_on() -> None:
    """Pages may be empty, and a version may still be in the making, or have failed."""
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        stubber.add_response("list_model_packages", page(NextToken="more"), QUESTION)
        stubber.add_response(
            "list_model_packages",
            page((5, "InProgress"), (4, "Failed"), (3, "Completed"), (2, "Completed")),
            QUESTION | {"NextToken": "more"},
        )

        release = latest_approved(client, GROUP)

    assert (release.model_package_arn, release.model_package_version) == (arn(3), 3)
