"""The model package group: is a commit registered in it already?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def registered(sagemaker: Any, group: str, *, model_id: str, commit: str, image: str) -> str | None:
    """The ARN of the package that holds a commit for an image, or None.

    A rejected package counts: a person decided about it. One whose creation failed does not.
    """
    for arn in _packages(sagemaker, group):
        package = sagemaker.describe_model_package(ModelPackageName=arn)
        metadata = package.get("CustomerMetadataProperties") or {}
        images = {each.get("Image") for each in package.get("InferenceSpecification", {}).get("Containers", [])}
        same = (metadata.get("hf-model-id"), metadata.get("hf-commit")) == (model_id, commit)
        if same and image in images and package["ModelPackageStatus"] != "Failed":
            return arn
    return None


def _packages(sagemaker: Any, group: str) -> Iterator[str]:
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            yield summary["ModelPackageArn"]
