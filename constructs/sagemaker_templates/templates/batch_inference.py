"""batch_inference: predictions for whole files, by the latest approved model of a group.

repository ── push to main ──▶ CodePipeline ──▶ CodeBuild ──┐
approval in the model package group ──▶ EventBridge ────────┼──▶ SageMaker pipeline ──▶ artifact bucket
schedule ──▶ EventBridge ───────────────────────────────────┘            ▲
                                           model package group, model bucket (both another project's)
"""

from typing import cast

from pydantic import Field

from sagemaker_templates import idle_keys
from sagemaker_templates.blocks.approved_models import ApprovedModels, create_models, read_approved_models
from sagemaker_templates.blocks.build_environment import build_environment
from sagemaker_templates.blocks.build_project import build_ml_pipeline
from sagemaker_templates.blocks.delivery import deliver_on_push
from sagemaker_templates.blocks.execution_role import (
    execution_role,
    join_network,
    pull_sagemaker_images,
    run_jobs,
    use_pipeline_files,
    write_job_logs,
)
from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.blocks.ml_pipeline_triggers import start_ml_pipeline
from sagemaker_templates.blocks.network import security_groups_of_jobs
from sagemaker_templates.blocks.project_storage import Storage, artifact_storage, build_logs_may_encrypt
from sagemaker_templates.seeds import seed_folder
from sagemaker_templates.settings.fields import (
    ImageRepositories,
    JobPrefix,
    ScheduleExpression,
)
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.context import ProjectContext
from sagemaker_templates.templates.model_sources import ModelSource
from sagemaker_templates.templates.registry import Template

_JOBS = ("processing", "transform")
_IMAGE = "sagemaker-xgboost"
"""Of the processing jobs; what the models are served by is the group's."""
_FIRST_DATA = "data/abalone.csv"


class Parameters(ModelSource):
    """Parameters of batch_inference."""

    model_image_repositories: ImageRepositories = Field(
        default=(_IMAGE,),
        description="The repositories of the images that the group's models run in; the project may pull these only.",
    )
    base_job_prefix: JobPrefix = Field(
        description="How the names of the project's jobs and models begin; its role may touch no others."
    )
    schedule_expression: ScheduleExpression | None = Field(
        default=None,
        description="When to predict besides each push and each approval, in UTC: rate(1 day), cron(0 6 * * ? *).",
    )


def build(context: ProjectContext) -> None:
    """Add the project's resources to its stack."""
    stack, names, project = context.stack, context.names, context.project
    boundary, parameters = context.permissions_boundary_arn, _parameters(project)
    models = parameters.models
    artifacts = artifact_storage(
        stack,
        names=names,
        account_root=context.account_root,
        # Results stay in their account: only models are promoted.
        readers=(),
        access_logs_bucket=context.access_logs_bucket,
        key_statements=[build_logs_may_encrypt(names)],
    )
    security_groups = security_groups_of_jobs(stack, names=names, network=project.network)
    role = execution_role(
        stack,
        "execution_role",
        names=names,
        statements=_rights(context, models, artifacts),
        permissions_boundary_arn=boundary,
    )
    source = deliver_on_push(
        stack,
        names=names,
        storage=artifacts,
        bucket=names.artifact_bucket,
        variables={
            **build_environment(names, role=role, group=models, artifact_key=artifacts.key),
            "BASE_JOB_PREFIX": parameters.base_job_prefix,
            "MODEL_BUCKET": models.bucket,
            # Always: the models are given, and none of the jobs that touch data needs a network.
            "ENABLE_NETWORK_ISOLATION": "true",
            "SUBNET_IDS": ",".join(project.network.subnet_ids),
            "SECURITY_GROUP_IDS": ",".join(security_groups),
        },
        statements=build_ml_pipeline(
            names, execution_role=role, artifact_key=artifacts.key, first_data=[_FIRST_DATA]
        ),
        after=[role.ready],
        permissions_boundary_arn=boundary,
    )
    start_ml_pipeline(
        stack,
        names=names,
        approved_in=models.model_package_group_name,
        schedule_expression=parameters.schedule_expression,
        permissions_boundary_arn=boundary,
    )
    context.outputs.update(
        repository_clone_url=(source.clone_url, "Where to clone the repository from"),
        artifact_bucket=(names.artifact_bucket, "Bucket of data and results"),
        results_location=(
            f"s3://{names.artifact_bucket}/{names.pipeline_prefix}/executions",
            "Where each execution writes its results, below its own id",
        ),
        sagemaker_pipeline_name=(names.ml_pipeline, "SageMaker pipeline that the repository defines"),
        execution_role_arn=(role.arn, "Role that the pipeline's jobs run as"),
        delivery_pipeline_name=(names.delivery_pipeline, "CodePipeline that builds the repository"),
    )


def _parameters(project: Project) -> Parameters:
    return cast(Parameters, project.parameters)


def _rights(context: ProjectContext, models: ApprovedModels, artifacts: Storage) -> list[Statement]:
    """What the execution role may do."""
    names, parameters = context.names, _parameters(context.project)
    prefix = parameters.base_job_prefix
    return [
        *run_jobs(names, _JOBS, prefix=prefix),
        create_models(names, prefix),
        *read_approved_models(names, models),
        *use_pipeline_files(names, artifacts.key),
        *write_job_logs(names, _JOBS),
        *pull_sagemaker_images(names, sorted({_IMAGE, *parameters.model_image_repositories})),
        *join_network(context.project.network),
    ]


TEMPLATE = Template(
    name="batch_inference",
    summary="Predict whole files with the latest approved model of a group.",
    parameters=Parameters,
    build=build,
    seed=seed_folder("batch_inference"),
    without_effect=idle_keys.of_all(idle_keys.of_no_promotion, idle_keys.of_unnarrowed_network),
    job_prefix_field="base_job_prefix",
    asks_from_vpc=("s3", "sagemaker.api"),
    instances=(("ml.m5.large", "processing job"), ("ml.m5.large", "transform job")),
)
