"""model_deploy: one endpoint per environment, and a pipeline that brings each approved model to all of them.

repository ── push ──▶ CodePipeline ── resolve ──▶ stage per environment: plan ─▶ review ─▶ approve ─▶ apply
approval in the model package group ──▶ EventBridge ──▲                     │                            │
                                                planner role                                       deployer role
                                                      └── target stack of that environment ──┘
"""

from collections.abc import Iterator
from typing import Any, cast

from pydantic import Field

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.approved_plan import program_asset, stored_program
from sagemaker_templates.blocks.build_project import passed_on
from sagemaker_templates.blocks.delivery_pipeline import start_on_push
from sagemaker_templates.blocks.deployment_pipeline import deployment_pipeline, start_on_approval
from sagemaker_templates.blocks.deployment_roles import deployer_role, planner_role
from sagemaker_templates.blocks.encryption import encryption_key, log_group, logs_may_encrypt
from sagemaker_templates.blocks.endpoint_retirement import endpoint_retirement, retirement_asset
from sagemaker_templates.blocks.endpoint_role import endpoint_role
from sagemaker_templates.blocks.network import security_groups_of_endpoint
from sagemaker_templates.blocks.project_repository import project_repository
from sagemaker_templates.blocks.project_storage import pipeline_storage
from sagemaker_templates.blocks.storage import BucketOptions, encrypted_bucket
from sagemaker_templates.blocks.target_facts import Options, target_facts
from sagemaker_templates.deployment_checks import objections
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.seeds import seed_folder
from sagemaker_templates.settings.fields import ImageRepositories
from sagemaker_templates.settings.model import Project, S3State
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.templates.context import ProjectContext, TargetContext
from sagemaker_templates.templates.model_sources import ModelSource
from sagemaker_templates.templates.registry import Template

_SUFFIX = "deploy"
_SERVING_IMAGES = (
    "djl-inference",
    "huggingface-pytorch-inference",
    "huggingface-pytorch-tgi-inference",
    "huggingface-vllm",
    "pytorch-inference",
    "sagemaker-scikit-learn",
    "sagemaker-xgboost",
    "tensorflow-inference",
)
"""What AWS serves models in."""


class Parameters(ModelSource):
    """Parameters of model_deploy."""

    model_image_repositories: ImageRepositories = Field(
        default=_SERVING_IMAGES,
        description="The repositories of the images that the group's models run in; endpoints may pull these only.",
    )
    enable_network_isolation: bool = Field(
        default=False, description="Give the endpoints' containers no network at all."
    )
    enable_manual_approval: bool = Field(
        default=True, description="Ask a person before each stage but the first; the plan is there to read."
    )
    enable_eventbridge_trigger: bool = Field(
        default=True, description="Deploy after each approval in the group, and not only after a push."
    )
    enable_data_capture: bool = Field(
        default=True, description="Give each endpoint a bucket for its requests and answers, in its own account."
    )


def build(context: ProjectContext) -> None:
    """Add the pipeline to the project's stack; what it deploys to is in the targets' stacks."""
    stack, names, project = context.stack, context.names, context.project
    environment, boundary = project.environment, context.permissions_boundary_arn
    parameters = _parameters(project)
    targets = [TargetNames(project, target) for target in project.stages]
    storage = pipeline_storage(
        stack,
        names=names,
        account_root=context.account_root,
        access_logs_bucket=context.access_logs_bucket,
        passed_on=passed_on(names),
    )
    asset = program_asset()
    context.assets.append(asset)
    source = project_repository(stack, "repository", names=names, protect=project.protects_data)
    logs = log_group(
        stack,
        "build_logs",
        name=names.build_log_group,
        retention_days=environment.log_retention_days,
        key=storage.key,
    )
    pipeline = deployment_pipeline(
        stack,
        names=names,
        targets=targets,
        source=source,
        storage=storage,
        program=stored_program(
            stack,
            "approved_plan_program",
            asset=asset,
            names=names,
            key=storage.key,
            after=[storage.ready],
        ),
        log_group=logs,
        group=parameters.models.model_package_group_name,
        ask_before=targets[1:] if parameters.enable_manual_approval else (),
        permissions_boundary_arn=boundary,
    )
    start_on_push(stack, "push", names=names, pipeline=pipeline, permissions_boundary_arn=boundary)
    if parameters.enable_eventbridge_trigger:
        start_on_approval(
            stack,
            names=names,
            group=parameters.models.model_package_group_name,
            pipeline=pipeline,
            permissions_boundary_arn=boundary,
        )
    context.outputs.update(
        repository_clone_url=(source.clone_url, "Where to clone the repository from"),
        delivery_pipeline_name=(names.delivery_pipeline, "CodePipeline that deploys"),
        endpoint_names=(
            ", ".join(target.endpoint for target in targets),
            "Endpoints, in the order of the stages; each in its stage's account",
        ),
    )


def build_target(context: TargetContext) -> list[Asset]:
    """Add what one stage needs to its stack."""
    stack, names, boundary = context.stack, context.names, context.permissions_boundary_arn
    environment, parameters = context.environment, _parameters(context.project)
    pipeline = ProjectNames(context.project, _SUFFIX)
    state, models = _remote_state(context), parameters.models
    key = _endpoint_key(context)
    logs = [
        log_group(stack, id_, name=name, retention_days=environment.log_retention_days, key=key)
        for id_, name in (("endpoint_logs", names.log_group), ("retirement_logs", names.retirement_log_group))
    ]
    security_groups = security_groups_of_endpoint(stack, names=names)
    role = endpoint_role(
        stack,
        "endpoint_role",
        names=names,
        pipeline=pipeline,
        models=models,
        images=parameters.model_image_repositories,
        key=key,
        captures=parameters.enable_data_capture,
        security_groups=security_groups,
        permissions_boundary_arn=boundary,
    )
    planner = planner_role(
        stack, "planner_role", names=names, pipeline=pipeline, state=state, permissions_boundary_arn=boundary
    )
    deployer = deployer_role(
        stack,
        "deployer_role",
        names=names,
        pipeline=pipeline,
        state=state,
        models=models,
        endpoint_role=role,
        key=key,
        permissions_boundary_arn=boundary,
    )
    facts = target_facts(
        stack,
        "facts",
        names=names,
        state=state,
        options=_options(parameters),
        execution_role_arn=role.arn,
        kms_key_arn=key.arn,
        security_group_ids=security_groups,
    )
    asset = retirement_asset()
    endpoint_retirement(
        stack,
        "endpoint_retirement",
        names=names,
        asset=asset,
        log_group=logs[1],
        before=[role.ready, facts, logs[0], *_capture_bucket(context, key)],
        permissions_boundary_arn=boundary,
    )
    context.outputs.update(
        endpoint_name=(names.endpoint, "Endpoint that the repository creates"),
        endpoint_role_arn=(role.arn, "Role that its containers run as"),
        endpoint_key_arn=(key.arn, "Key of its volumes, logs and captured data"),
        planner_role_arn=(planner.arn, "Role that the pipeline plans with"),
        deployer_role_arn=(deployer.arn, "Role that the pipeline applies with"),
        facts_parameter=(names.parameter, "SSM parameter that the repository reads these from"),
    )
    if parameters.enable_data_capture:
        captured = f"s3://{names.capture_bucket}/captured"
        context.outputs["data_capture_location"] = (captured, "Where requests and answers are captured")
    return [asset]


def _endpoint_key(context: TargetContext) -> Any:
    names = context.names
    groups = {"EncryptLogs": names.log_group, "EncryptRetirementLogs": names.retirement_log_group}
    return encryption_key(
        context.stack,
        "endpoint_key",
        alias=names.key_alias,
        description=f"Volumes, logs and captured data of the endpoint {names.endpoint}",
        account_root=context.account_root,
        statements=[
            logs_may_encrypt(region=names.region, log_group_arn=names.arn("logs", f"log-group:{group}"), sid=sid)
            for sid, group in groups.items()
        ],
        protect=context.protects_data,
    )


def _capture_bucket(context: TargetContext, key: Any) -> list[Any]:
    """The bucket of captured data where it is wanted: what to depend on to find it ready."""
    names = context.names
    if not _parameters(context.project).enable_data_capture:
        return []
    bucket = encrypted_bucket(
        context.stack,
        "capture_bucket",
        name=names.capture_bucket,
        arn=names.bucket_arn(names.capture_bucket),
        key=key,
        options=BucketOptions(protect=context.protects_data, access_logs_bucket=context.access_logs_bucket),
    )
    return [bucket]


def _parameters(project: Project) -> Parameters:
    return cast(Parameters, project.parameters)


def _options(parameters: Parameters) -> Options:
    return Options(parameters.enable_data_capture, parameters.enable_network_isolation)


def _remote_state(context: TargetContext) -> S3State:
    """The state that the checks of the settings have found to be remote."""
    return cast(S3State, context.environment.state)


def _without_effect(project: Project) -> Iterator[Objection]:
    if not project.targets:
        message = "has no effect: the project deploys to its own environment alone, where nobody is asked"
        yield Objection(project, "enable_manual_approval", message)


TEMPLATE = Template(
    name="model_deploy",
    summary="Deploy the latest approved model to one endpoint per environment, in turn.",
    parameters=Parameters,
    build=build,
    seed=seed_folder("model_deploy"),
    repository_suffix=_SUFFIX,
    build_target=build_target,
    instances=(("ml.m5.large", "endpoint"),),
    checks=objections,
    without_effect=_without_effect,
)
