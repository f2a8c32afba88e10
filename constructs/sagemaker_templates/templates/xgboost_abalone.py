"""xgboost_abalone: train, evaluate and register an XGBoost model, from a repository with its own pipeline.

repository ── push to main ──▶ CodePipeline ──▶ CodeBuild ──▶ SageMaker pipeline ──▶ model package group
                                                                    │
                                                              artifact bucket
"""

from typing import Any

from pydantic import Field

from sagemaker_templates import idle_keys
from sagemaker_templates.blocks.build_environment import build_environment
from sagemaker_templates.blocks.build_project import build_ml_pipeline
from sagemaker_templates.blocks.delivery import deliver_on_push
from sagemaker_templates.blocks.execution_role import (
    execution_role,
    join_network,
    pull_sagemaker_images,
    register_models,
    run_jobs,
    use_pipeline_files,
    write_job_logs,
)
from sagemaker_templates.blocks.model_registry import model_package_group
from sagemaker_templates.blocks.network import security_groups_of_jobs
from sagemaker_templates.blocks.project_storage import artifact_storage, pipeline_storage
from sagemaker_templates.seeds import seed_folder
from sagemaker_templates.settings.model import TemplateParameters
from sagemaker_templates.templates.context import ProjectContext
from sagemaker_templates.templates.registry import Template

_JOBS = ("processing", "training")
_IMAGES = ("sagemaker-xgboost",)
"""Of the jobs, and of the endpoints that the registered models are served by."""


class Parameters(TemplateParameters):
    """Parameters of xgboost_abalone."""

    enable_network_isolation: bool = Field(
        default=False, description="Run the jobs without any network access from their containers."
    )
    encrypt_inter_container_traffic: bool = Field(
        default=False, description="Encrypt the traffic between the containers of one job."
    )


def build(context: ProjectContext) -> None:
    """Add the project's resources to its stack."""
    stack, names, project = context.stack, context.names, context.project
    protect, boundary = project.protects_data, context.permissions_boundary_arn
    artifacts = artifact_storage(
        stack,
        names=names,
        account_root=context.account_root,
        readers=context.reader_accounts,
        access_logs_bucket=context.access_logs_bucket,
    )
    pipeline = pipeline_storage(
        stack,
        names=names,
        account_root=context.account_root,
        access_logs_bucket=context.access_logs_bucket,
    )
    group = model_package_group(
        stack, "model_package_group", names=names, readers=context.reader_accounts, protect=protect
    )
    security_groups = security_groups_of_jobs(stack, names=names, network=project.network)
    role = execution_role(
        stack,
        "execution_role",
        names=names,
        statements=[
            *run_jobs(names, _JOBS),
            *register_models(names, _IMAGES),
            *use_pipeline_files(names, artifacts.key),
            *write_job_logs(names, _JOBS),
            *pull_sagemaker_images(names, _IMAGES),
            *join_network(project.network),
        ],
        permissions_boundary_arn=boundary,
    )
    source = deliver_on_push(
        stack,
        names=names,
        storage=pipeline,
        bucket=names.pipeline_bucket,
        variables={
            **build_environment(names, role=role, group=group, artifact_key=artifacts.key),
            **_job_variables(project.parameters, project.network.subnet_ids, security_groups),
        },
        statements=build_ml_pipeline(
            names, execution_role=role, artifact_key=artifacts.key, first_data=["data/abalone.csv"]
        ),
        after=[artifacts.ready, role.ready],
        permissions_boundary_arn=boundary,
    )
    context.outputs.update(
        repository_clone_url=(source.clone_url, "Where to clone the repository from"),
        artifact_bucket=(names.artifact_bucket, "Bucket of data, models and reports"),
        model_package_group_name=(names.model_package_group, "Group that models are registered in"),
        model_package_group_arn=(group.arn, "ARN of that group"),
        sagemaker_pipeline_name=(names.ml_pipeline, "SageMaker pipeline that the repository defines"),
        execution_role_arn=(role.arn, "Role that the pipeline's jobs run as"),
        delivery_pipeline_name=(names.delivery_pipeline, "CodePipeline that builds the repository"),
    )


def _job_variables(parameters: Any, subnets: tuple[str, ...], security_groups: list[str]) -> dict[str, str]:
    return {
        "ENABLE_NETWORK_ISOLATION": str(parameters.enable_network_isolation).lower(),
        "ENCRYPT_INTER_CONTAINER_TRAFFIC": str(parameters.encrypt_inter_container_traffic).lower(),
        "SUBNET_IDS": ",".join(subnets),
        "SECURITY_GROUP_IDS": ",".join(security_groups),
    }


TEMPLATE = Template(
    name="xgboost_abalone",
    summary="Train, evaluate and register an XGBoost model on the Abalone data set.",
    parameters=Parameters,
    build=build,
    seed=seed_folder("xgboost_abalone"),
    registers_models=True,
    without_effect=idle_keys.of_all(idle_keys.of_no_deployment, idle_keys.of_unnarrowed_network),
    instances=(("ml.m5.xlarge", "processing job"), ("ml.m5.xlarge", "training job")),
)
