"""The CodePipeline that builds a project's repository after each push to main."""

import json
from collections.abc import Sequence
from typing import Any

from sagemaker_templates.blocks.build_project import Build, pipeline_artifacts, use_pipeline_key
from sagemaker_templates.blocks.code_repository import BRANCH, Source
from sagemaker_templates.blocks.iam import Statement, from_resource, service_role
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.providers import aws

_SOURCE_ARTIFACT = "source"


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
            _start_builds(names),
        ],
        trust_conditions=[from_resource(names.arn("codepipeline", names.delivery_pipeline))],
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
            bindings.CodepipelineStage(name="Build", action=[_build_action(build)]),
        ],
        depends_on=[source.seeded, build.role.ready, role.ready, *after],
    )


def _source_action(source: Source) -> Any:
    return aws.codepipeline.CodepipelineStageAction(
        name="Source",
        category="Source",
        owner="AWS",
        provider=source.provider,
        version="1",
        output_artifacts=[_SOURCE_ARTIFACT],
        configuration=source.configuration,
    )


def _build_action(build: Build) -> Any:
    return aws.codepipeline.CodepipelineStageAction(
        name="Build",
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        input_artifacts=[_SOURCE_ARTIFACT],
        configuration={"ProjectName": build.project.name},
    )


def _start_builds(names: ProjectNames) -> Statement:
    return Statement(
        "StartBuilds",
        ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
        [names.arn("codebuild", f"project/{names.build_project}")],
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
