"""The model package group: is a model registered in it already, for what it would be registered for now?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """What would be registered.

    Attributes:
        metadata: entries of the package's metadata that tell one package from another.
        location: where the model's files lie.
        environment: the container's variables.
        instance_types: what the package may be deployed on, in any order.
    """

    metadata: Mapping[str, str]
    location: str
    image: str
    environment: Mapping[str, str]
    instance_types: frozenset[str]


def registered(sagemaker: Any, group: str, wanted: Wanted) -> str | None:
    """The ARN of the package that is what would be registered, or None.

    A rejected package counts: a person decided about it. One whose creation failed does not.
    """
    for arn in _packages(sagemaker, group):
        package = sagemaker.describe_model_package(ModelPackageName=arn)
        if package["ModelPackageStatus"] != "Failed" and _is(package, wanted):
            return arn
    return None


def _is(package: Mapping[str, Any], wanted: Wanted) -> bool:
    metadata = package.get("CustomerMetadataProperties") or {}
    specification = package.get("InferenceSpecification") or {}
    containers = specification.get("Containers") or []
    return (
        all(metadata.get(name) == value for name, value in wanted.metadata.items())
        and frozenset(specification.get("SupportedRealtimeInferenceInstanceTypes") or ()) == wanted.instance_types
        and len(containers) == 1
        and _serves(containers[0], wanted)
    )


def _serves(container: Mapping[str, Any], wanted: Wanted) -> bool:
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    return (container.get("Image"), source.get("S3Uri"), dict(container.get("Environment") or {})) == (
        wanted.image,
        wanted.location,
        dict(wanted.environment),
    )


def _packages(sagemaker: Any, group: str) -> Iterator[str]:
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            yield summary["ModelPackageArn"]
