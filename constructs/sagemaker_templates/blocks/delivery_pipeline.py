"""The CodePipeline that takes a project's repository through its builds after each push to main."""

import json
from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.build_project import Build, artifact_objects, pipeline_artifacts, use_pipeline_key
from sagemaker_templates.blocks.code_repository import BRANCH, Source
from sagemaker_templates.blocks.iam import Role, Statement, from_account, from_resource, service_role
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.providers import aws

SOURCE_ARTIFACT = "source"


def delivery_pipeline(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    source: Source,
    build: Build,
    key: Any,
    after: Sequence[Any],
    permissions_boundary_arn: str | None,
    artifact_bucket: str | None = None,
) -> Any:
    """Add a pipeline of type V2: source, then build.

    CodePipeline runs it as soon as it exists; ``after`` names what that first run needs beyond source and build.

    Args:
        key: encrypts the pipeline's artifacts.
        artifact_bucket: holds them; by default the project's pipeline bucket.
    """
    return staged_pipeline(
        scope,
        id_,
        names=names,
        source=source,
        stages=[aws.codepipeline.CodepipelineStage(name="Build", action=[_build_action(build)])],
        builds=[names.build_project],
        build_roles=[build.role],
        key=key,
        after=after,
        permissions_boundary_arn=permissions_boundary_arn,
        artifact_bucket=artifact_bucket,
    )


def staged_pipeline(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    source: Source,
    stages: Sequence[Any],
    builds: Sequence[str],
    build_roles: Sequence[Role],
    key: Any,
    after: Sequence[Any],
    permissions_boundary_arn: str | None,
    artifact_bucket: str | None = None,
) -> Any:
    """Add a pipeline of type V2: source, then the given stages; otherwise as ``delivery_pipeline``.

    Args:
        stages: the ``CodepipelineStage`` after the source; the source's artifact is ``SOURCE_ARTIFACT``.
        builds: names of the build projects that they start.
        build_roles: what those run as.
    """
    role = service_role(
        scope,
        f"{id_}_role",
        name=names.delivery_role,
        service="codepipeline.amazonaws.com",
        description=f"CodePipeline of the SageMaker project {names.project.name}",
        statements=[
            *pipeline_artifacts(names, artifact_bucket),
            use_pipeline_key(key),
            *source.statements,
            *(_give_sources_an_owner(names, artifact_bucket) if source.comes_through_connection else ()),
            _start_builds(names, builds),
        ],
        trust_conditions=[from_account(names.project.environment.account_id)],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    bindings = aws.codepipeline
    return bindings.Codepipeline(
        scope,
        id_,
        name=names.delivery_pipeline,
        role_arn=role.arn,
        pipeline_type="V2",
        artifact_store=[
            bindings.CodepipelineArtifactStore(
                type="S3",
                location=artifact_bucket or names.pipeline_bucket,
                encryption_key=bindings.CodepipelineArtifactStoreEncryptionKey(type="KMS", id=key.arn),
            )
        ],
        stage=[
            bindings.CodepipelineStage(name="Source", action=[_source_action(source)]),
            *stages,
        ],
        depends_on=[source.seeded, *(build_role.ready for build_role in build_roles), role.ready, *after],
    )


def _give_sources_an_owner(names: ProjectNames, bucket: str | None) -> list[Statement]:
    """A connection's action stores what it fetches with an ACL that makes the bucket's owner the object's.

    Buckets here take no other ACL than that one (``BucketOwnerEnforced``), so the right gives nothing away.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html#how-to-custom-role-policy
    """
    return [Statement("StoreFetchedSources", ["s3:PutObjectAcl"], [artifact_objects(names, bucket)])]


def _source_action(source: Source) -> Any:
    return aws.codepipeline.CodepipelineStageAction(
        name="Source",
        category="Source",
        owner="AWS",
        provider=source.provider,
        version="1",
        output_artifacts=[SOURCE_ARTIFACT],
        configuration=source.configuration,
    )


def _build_action(build: Build) -> Any:
    return aws.codepipeline.CodepipelineStageAction(
        name="Build",
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        input_artifacts=[SOURCE_ARTIFACT],
        configuration={"ProjectName": build.project.name},
    )


def _start_builds(names: ProjectNames, builds: Sequence[str]) -> Statement:
    return Statement(
        "StartBuilds",
        ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
        [names.arn("codebuild", f"project/{build}") for build in builds],
    )


def start_on_push(
    scope: Any, id_: str, *, names: ProjectNames, pipeline: Any, permissions_boundary_arn: str | None
) -> None:
    """Start the pipeline whenever main of the project's repository is created or moved.

    CodeCommit's pushes come by way of EventBridge; those of a connection start the pipeline by themselves, and
    nothing is added.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html
    """
    if names.project.repository.type != "CodeCommit":
        return
    rule = aws.cloudwatch_event_rule.CloudwatchEventRule(
        scope,
        id_,
        name=names.push_rule,
        description=f"A push to {BRANCH} of {names.repository}",
        event_pattern=json.dumps(push_event_pattern(names), sort_keys=True),
    )
    role = service_role(
        scope,
        f"{id_}_role",
        name=names.events_role,
        service="events.amazonaws.com",
        description=f"EventBridge of the SageMaker project {names.project.name}",
        statements=[Statement("StartPipeline", ["codepipeline:StartPipelineExecution"], [pipeline.arn])],
        trust_conditions=[from_resource(names.arn("events", f"rule/{names.push_rule}"))],
        permissions_boundary_arn=permissions_boundary_arn,
    )
    aws.cloudwatch_event_target.CloudwatchEventTarget(
        scope,
        f"{id_}_target",
        rule=rule.name,
        target_id="delivery-pipeline",
        arn=pipeline.arn,
        role_arn=role.arn,
    )


def push_event_pattern(names: ProjectNames) -> dict[str, object]:
    """The event that a push to main of the project's repository sends, and no other."""
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [names.arn("codecommit", names.repository)],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [BRANCH],
        },
    }
