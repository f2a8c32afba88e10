"""CodeBuild projects: what a delivery pipeline builds with, and the role that it builds as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.encryption import READ_OBJECTS, STORE_OBJECTS, USE_OBJECTS
from sagemaker_templates.blocks.iam import Role, Statement, from_resource, passed_to, service_role
from sagemaker_templates.naming import SERVICE_ROLE_PATH, ProjectNames
from sagemaker_templates.providers import aws

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
"""Has Python 3.11, which the seeds' buildspec asks for
(https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html)."""

TIMEOUT_MINUTES = 60

_CERTAIN_CHARACTERS = 10
"""CodePipeline's keys are ``pipeline/artifact/…``, and it may shorten both names; this much of each is always there.
Seen today: 20 characters of the pipeline's name, 10 of the artifact's
(https://repost.aws/questions/QUI91tw7A9SUOMohJurNqmgA)."""


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
    """Add a CodeBuild project, with no output, that runs ``buildspec.yml`` of what CodePipeline hands to it.

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
    outputs: Sequence[str] = (),
    log_streams: Sequence[str] = ("*",),
) -> Role:
    """Add a role that builds run as.

    Args:
        projects: names of the build projects that may assume it.
        key: encrypts what they read and hand on.
        statements: what it may do beyond logs and artifacts.
        artifact_bucket: as in ``build_project``.
        outputs: the artifacts that they make; they write no other.
        log_streams: those that they write, of the log group of the project's builds.
    """
    return service_role(
        scope,
        id_,
        name=name,
        path=SERVICE_ROLE_PATH,
        service="codebuild.amazonaws.com",
        description=description,
        statements=[
            _write_logs(names, log_streams),
            *pipeline_artifacts(names, artifact_bucket, written=outputs),
            use_pipeline_key(key, writes=bool(outputs)),
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
    log_stream: str | None = None,
) -> Any:
    """Add a CodeBuild project that runs one buildspec on what CodePipeline hands to it.

    Args:
        key: encrypts what the build hands on.
        variables: as in ``build_project``.
        buildspec: the path of a file that CodePipeline hands over, or the buildspec itself.
        log_stream: how the names of its log streams begin, before a slash.

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
            ]
            or None,
        ),
        logs_config=bindings.CodebuildProjectLogsConfig(
            cloudwatch_logs=bindings.CodebuildProjectLogsConfigCloudwatchLogs(
                status="ENABLED", group_name=log_group.name, stream_name=log_stream
            )
        ),
    )


def _write_logs(names: ProjectNames, streams: Sequence[str]) -> Statement:
    return Statement(
        "WriteBuildLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [names.arn("logs", f"log-group:{names.build_log_group}:log-stream:{stream}") for stream in streams],
    )


def passed_on(names: ProjectNames) -> str:
    """How the keys of what the delivery pipeline passes on begin."""
    return names.delivery_pipeline[:_CERTAIN_CHARACTERS]


def pipeline_artifacts(
    names: ProjectNames, bucket: str | None = None, *, written: Sequence[str] | None = None
) -> list[Statement]:
    """What reading and writing the delivery pipeline's artifacts takes, their key aside.

    Whether the bucket keeps versions is asked by CodePipeline alone, and not by builds.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html,
    https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html

    Args:
        bucket: holds them; in another than the pipeline bucket only what CodePipeline itself puts there.
        written: names of the artifacts that are written; None is all of them, as CodePipeline itself does.
    """
    arn, objects = names.bucket_arn(bucket or names.pipeline_bucket), artifact_objects(names, bucket)
    reading, seeing = ["s3:GetObject", "s3:GetObjectVersion"], ["s3:GetBucketAcl", "s3:GetBucketLocation"]
    if written is None:
        seeing.append("s3:GetBucketVersioning")
        rights = [Statement("PipelineArtifacts", [*reading, "s3:PutObject"], [objects])]
    else:
        rights = [Statement("PipelineArtifacts", reading, [objects]), *_outputs(names, arn, written)]
    return [*rights, Statement("PipelineArtifactBucket", seeing, [arn])]


def artifact_objects(names: ProjectNames, bucket: str | None = None) -> str:
    """ARN of the delivery pipeline's artifacts; ``bucket`` as in ``pipeline_artifacts``."""
    own = bucket is None or bucket == names.pipeline_bucket
    objects = "*" if own else f"{passed_on(names)}*"
    return f"{names.bucket_arn(bucket or names.pipeline_bucket)}/{objects}"


def _outputs(names: ProjectNames, bucket_arn: str, artifacts: Sequence[str]) -> list[Statement]:
    keys = sorted({f"{passed_on(names)}*/{artifact[:_CERTAIN_CHARACTERS]}*" for artifact in artifacts})
    return [Statement("OutputArtifacts", ["s3:PutObject"], [f"{bucket_arn}/{key}" for key in keys])] if keys else []


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
        Statement("EncryptCode", STORE_OBJECTS, [artifact_key.arn]),
    ]


def use_pipeline_key(key: Any, *, writes: bool = True) -> Statement:
    """Read and write the delivery pipeline's artifacts, encrypted with its key, which only S3 uses.

    AWS's samples of key policies have more, for keys of any use.

    Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html
    """
    return Statement("UsePipelineKey", USE_OBJECTS if writes else READ_OBJECTS, [key.arn])
