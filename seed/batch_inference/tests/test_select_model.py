"""Which package is chosen. The service is botocore's stub, which checks requests and answers against its model."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from select_model import Selection, SelectionError, in_words, select

GROUP = "abalone-p-abalone01"
BUCKET = "mlops-abalone-111111111111"
QUESTION = {
    "ModelPackageGroupName": GROUP,
    "ModelApprovalStatus": "Approved",
    "SortBy": "CreationTime",
    "SortOrder": "Descending",
}


@pytest.fixture
def registry() -> Iterator[Stubber]:
    """A client that answers what a test tells it, and nothing else."""
    client = boto3.client(
        "sagemaker", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def arn(version: int) -> str:
    """A package of the group."""
    return f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{GROUP}/{version}"


def page(*packages: tuple[int, str], following: str | None = None) -> dict[str, Any]:
    """One page of the list: versions with their status."""
    summaries = [
        {
            "ModelPackageArn": arn(version),
            "ModelPackageStatus": status,
            "CreationTime": datetime(2026, 1, version, tzinfo=UTC),
        }
        for version, status in packages
    ]
    return {"ModelPackageSummaryList": summaries, **({"NextToken": following} if following else {})}


def package(version: int, *archives: str) -> dict[str, Any]:
    """What the registry knows about a package with so many containers."""
    containers = [{"Image": "xgboost", "ModelDataUrl": archive} for archive in archives]
    return {
        "ModelPackageName": f"{GROUP}-{version}",
        "ModelPackageArn": arn(version),
        "CreationTime": datetime(2026, 1, version, tzinfo=UTC),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": containers},
    }


def test_approved_packages_are_asked_for_newest_first_and_the_first_complete_one_is_taken(registry: Stubber) -> None:
    """Pages may be empty, and a package may still be in the making."""
    registry.add_response("list_model_packages", page(following="more"), QUESTION)
    registry.add_response(
        "list_model_packages",
        page((3, "InProgress"), (2, "Completed"), (1, "Completed")),
        QUESTION | {"NextToken": "more"},
    )
    registry.add_response("describe_model_package", package(2, f"s3://{BUCKET}/model.tar.gz"))

    selection = select(registry.client, GROUP, BUCKET)

    assert selection == Selection(True, arn(2), f"s3://{BUCKET}/model.tar.gz")
    assert in_words(selection, GROUP) == f"Predicting with {arn(2)}."


def test_nothing_approved_is_an_answer(registry: Stubber) -> None:
    """The file is complete all the same: the pipeline reads it."""
    registry.add_response("list_model_packages", page(), QUESTION)

    selection = select(registry.client, GROUP, BUCKET)

    assert selection == Selection(False, "none", "none")
    assert "nothing was predicted" in in_words(selection, GROUP)


@pytest.mark.parametrize(
    ("archives", "complaint"),
    [
        ([""], "1 containers"),
        ([f"s3://{BUCKET}/a.tar.gz", f"s3://{BUCKET}/b.tar.gz"], "2 containers"),
        ([f"s3://{BUCKET}-other/a.tar.gz"], "may read"),
    ],
)
def test_a_package_that_cannot_be_used_is_named(registry: Stubber, archives: list[str], complaint: str) -> None:
    """The next older one is never taken in its place: an approval means that package."""
    registry.add_response("list_model_packages", page((2, "Completed"), (1, "Completed")), QUESTION)
    registry.add_response("describe_model_package", package(2, *archives))

    with pytest.raises(SelectionError, match=complaint):
        select(registry.client, GROUP, BUCKET)
