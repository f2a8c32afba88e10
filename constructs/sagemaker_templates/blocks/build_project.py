"""CodeBuild projects: what a delivery pipeline builds with, and the role that it builds as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.encryption import USE, USE_OBJECTS
from sagemaker_templates.blocks.iam import Role, Statement, from_resource, passed_to, service_role
from sagemaker_templates.naming import SERVICE_ROLE_PATH, ProjectNames
from sagemaker_templates.providers import aws

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
"""Has Python 3.11, which the seeds' buildspec asks for
(https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html)."""

TIMEOUT_MINUTES = 60

_CERTAIN_CHARACTERS = 10
"""CodePipeline's keys begin with the pipeline's name and may shorten it; this much of it is always there."""


@dataclass(frozen=True)
class Build:
    """A build project and its role."""

    project: Any
    role: Role


def build_project(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    key: Any,
    log_group: Any,
    variables: Mapping[str, str],
    statements: Sequence[Statement],
    permissions_boundary_arn: str | None,
    artifact_bucket: str | None = None,
) -> Build:
    """Add a CodeBuild project that runs ``buildspec.yml`` of what CodePipeline hands to it.

    Args:
        key: encrypts what the build hands on.
        variables: its environment; only names and addresses, never a secret. CodeBuild refuses empty ones, so
            they are left out.
        statements: what its role may do beyond logs and artifacts.
        artifact_bucket: holds what CodePipeline passes on; by default the project's pipeline bucket.
    """
    role = build_role(
        scope,
        f"{id_}_role",
        names=names,
        name=names.build_role,
        projects=[names.build_project],
        description=f"CodeBuild of the SageMaker project {names.project.name}",
        key=key,
        statements=statements,
        permissions_boundary_arn=permissions_boundary_arn,
        artifact_bucket=artifact_bucket,
    )
    project = builds(
        scope,
        id_,
        name=names.build_project,
        description=f"Builds the SageMaker pipeline of {names.project.name}",
        role=role,
        key=key,
        log_group=log_group,
        variables=variables,
    )
    return Build(project, role)


def build_role(
    scope: Any,
    id_: str,
    *,
    names: ProjectNames,
    name: str,
    projects: Sequence[str],
    description: str,
    key: Any,
    statements: Sequence[Statement],
    permissions_boundary_arn: str | None,
    artifact_bucket: str | None = None,
) -> Role:
    """Add a role that builds run as.

    Args:
        projects: names of the build projects that may assume it.
        key: encrypts what they read and hand on.
        statements: what it may do beyond logs and artifacts.
        artifact_bucket: as in ``build_project``.
    """
    return service_role(
        scope,
        id_,
        name=name,
        path=SERVICE_ROLE_PATH,
        service="codebuild.amazonaws.com",
        description=description,
        statements=[
            _write_logs(names),
            *pipeline_artifacts(names, artifact_bucket),
            use_pipeline_key(key),
            *statements,
        ],
        trust_conditions=[from_resource(*(names.arn("codebuild", f"project/{project}") for project in projects))],
        permissions_boundary_arn=permissions_boundary_arn,
    )


def builds(
    scope: Any,
    id_: str,
    *,
    name: str,
    description: str,
    role: Role,
    key: Any,
    log_group: Any,
    variables: Mapping[str, str],
    buildspec: str = "buildspec.yml",
) -> Any:
    """Add a CodeBuild project that runs one buildspec of what CodePipeline hands to it.

    Args:
        key: encrypts what the build hands on.
        variables: as in ``build_project``.

    Returns:
        The ``aws_codebuild_project``.
    """
    bindings = aws.codebuild_project
    return bindings.CodebuildProject(
        scope,
        id_,
        name=name,
        description=description,
        service_role=role.arn,
        build_timeout=TIMEOUT_MINUTES,
        encryption_key=key.arn,
        artifacts=bindings.CodebuildProjectArtifacts(type="CODEPIPELINE"),
        source=bindings.CodebuildProjectSource(type="CODEPIPELINE", buildspec=buildspec),
        environment=bindings.CodebuildProjectEnvironment(
            type="LINUX_CONTAINER",
            compute_type="BUILD_GENERAL1_SMALL",
            image=IMAGE,
            environment_variable=[
                bindings.CodebuildProjectEnvironmentEnvironmentVariable(name=variable, value=value)
                for variable, value in variables.items()
                if value
            ],
        ),
        logs_config=bindings.CodebuildProjectLogsConfig(
            cloudwatch_logs=bindings.CodebuildProjectLogsConfigCloudwatchLogs(
                status="ENABLED", group_name=log_group.name
            )
        ),
    )


def _write_logs(names: ProjectNames) -> Statement:
    return Statement(
        "WriteBuildLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [names.arn("logs", f"log-group:{names.build_log_group}:log-stream:*")],
    )


def pipeline_artifacts(names: ProjectNames, bucket: str | None = None) -> list[Statement]:
    """What reading and writing the delivery pipeline's artifacts takes, their key aside.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html

    Args:
        bucket: holds them; in another than the pipeline bucket only what CodePipeline itself puts there.
    """
    return [
        Statement(
            "PipelineArtifacts",
            ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            [artifact_objects(names, bucket)],
        ),
        Statement(
            "PipelineArtifactBucket",
            ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            [names.bucket_arn(bucket or names.pipeline_bucket)],
        ),
    ]


def artifact_objects(names: ProjectNames, bucket: str | None = None) -> str:
    """ARN of the delivery pipeline's artifacts; ``bucket`` as in ``pipeline_artifacts``."""
    own = bucket is None or bucket == names.pipeline_bucket
    objects = "*" if own else f"{names.delivery_pipeline[:_CERTAIN_CHARACTERS]}*"
    return f"{names.bucket_arn(bucket or names.pipeline_bucket)}/{objects}"


def build_ml_pipeline(
    names: ProjectNames, *, execution_role: Role, artifact_key: Any, first_data: Sequence[str] = ()
) -> list[Statement]:
    """What delivering and starting the project's SageMaker pipeline takes.

    Args:
        first_data: objects of the artifact bucket that the build writes where nothing is there yet.
    """
    pipeline = names.arn("sagemaker", f"pipeline/{names.ml_pipeline}")
    bucket = names.bucket_arn(names.artifact_bucket)
    return [
        Statement(
            "DefinePipeline",
            [
                "sagemaker:AddTags",
                "sagemaker:CreatePipeline",
                "sagemaker:StartPipelineExecution",
                "sagemaker:UpdatePipeline",
            ],
            [pipeline],
        ),
        Statement(
            "FollowExecutions",
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipeline}/execution/*"],
        ),
        Statement(
            "RunPipelineAsExecutionRole",
            ["iam:PassRole"],
            [execution_role.arn],
            conditions=[passed_to("sagemaker.amazonaws.com")],
        ),
        Statement(
            "UploadCode",
            ["s3:PutObject"],
            [f"{bucket}/{names.pipeline_prefix}/code/*", *(f"{bucket}/{path}" for path in first_data)],
        ),
        Statement("EncryptCode", USE_OBJECTS, [artifact_key.arn]),
    ]


def use_pipeline_key(key: Any) -> Statement:
    """Read and write the delivery pipeline's artifacts, encrypted with its key.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html
    """
    return Statement("UsePipelineKey", USE, [key.arn])
