"""From a push to a started SageMaker pipeline: repository, build and delivery pipeline of a build template."""

from collections.abc import Mapping, Sequence
from typing import Any

from sagemaker_templates.blocks.build_project import build_project
from sagemaker_templates.blocks.code_repository import Source
from sagemaker_templates.blocks.delivery_pipeline import delivery_pipeline, start_on_push
from sagemaker_templates.blocks.encryption import log_group
from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.blocks.project_repository import project_repository
from sagemaker_templates.blocks.project_storage import Storage
from sagemaker_templates.naming import ProjectNames


def deliver_on_push(
    scope: Any,
    *,
    names: ProjectNames,
    storage: Storage,
    bucket: str,
    variables: Mapping[str, str],
    statements: Sequence[Statement],
    after: Sequence[Any],
    permissions_boundary_arn: str | None,
) -> Source:
    """Add a project's repository and what delivers it.

    Args:
        storage: key of the delivery pipeline's artifacts, and what to depend on to find their bucket ready.
        bucket: name of that bucket.
        variables: the build's environment; see ``build_environment``.
        statements: what the build may do beyond logs and artifacts.
        after: what the first run needs beyond repository, build and bucket; it starts as soon as the pipeline exists.
    """
    environment = names.project.environment
    source = project_repository(scope, "repository", names=names, protect=names.project.protects_data)
    logs = log_group(
        scope,
        "build_logs",
        name=names.build_log_group,
        retention_days=environment.log_retention_days,
        key=storage.key,
    )
    build = build_project(
        scope,
        "build_project",
        names=names,
        key=storage.key,
        artifact_bucket=bucket,
        log_group=logs,
        variables=variables,
        statements=statements,
        permissions_boundary_arn=permissions_boundary_arn,
    )
    pipeline = delivery_pipeline(
        scope,
        "delivery_pipeline",
        names=names,
        source=source,
        build=build,
        key=storage.key,
        artifact_bucket=bucket,
        after=[storage.ready, *after],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    start_on_push(scope, "push", names=names, pipeline=pipeline, permissions_boundary_arn=permissions_boundary_arn)
    return source
