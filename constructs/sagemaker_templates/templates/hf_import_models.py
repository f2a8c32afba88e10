"""hf_import_models: bring one model of the Hugging Face hub into the project's model package group.

repository ── push to main ──▶ CodePipeline ──▶ CodeBuild ──▶ SageMaker pipeline ──▶ model package group
                                                                    │
                      Hugging Face hub ── import job, own role ──▶ artifact bucket
                                                │
                                        secret with the token
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from sagemaker_templates import idle_keys
from sagemaker_templates.blocks.build_environment import build_environment
from sagemaker_templates.blocks.build_project import build_ml_pipeline
from sagemaker_templates.blocks.delivery import deliver_on_push
from sagemaker_templates.blocks.encryption import READ_OBJECTS
from sagemaker_templates.blocks.execution_role import (
    encrypt_volumes,
    execution_role,
    pull_sagemaker_images,
    register_models,
    run_jobs,
    write_job_logs,
)
from sagemaker_templates.blocks.iam import Role, Statement
from sagemaker_templates.blocks.import_role import import_role, read_secret, see_registered_models, write_models
from sagemaker_templates.blocks.model_registry import model_package_group
from sagemaker_templates.blocks.project_storage import artifact_storage, build_logs_may_encrypt
from sagemaker_templates.naming import ProjectNames
from sagemaker_templates.seeds import seed_folder
from sagemaker_templates.settings import regions
from sagemaker_templates.settings.fields import HubModelId, HubRevision, KmsKeyArn, SecretName
from sagemaker_templates.settings.model import Configuration, Project, TemplateParameters
from sagemaker_templates.settings.objections import Objection
from sagemaker_templates.templates.context import ProjectContext
from sagemaker_templates.templates.registry import Template

_JOBS = ("processing",)
_IMPORT_IMAGES = ("sagemaker-scikit-learn",)
_SERVING_IMAGES = ("huggingface-pytorch-inference", "huggingface-pytorch-tgi-inference", "huggingface-vllm")


def _key_of_a_secret(key: str | None, info: ValidationInfo) -> str | None:
    # An error of the secret is told there.
    if key is not None and info.data.get("hf_access_token_secret", "") is None:
        raise ValueError("a key needs its secret: give hf-access-token-secret as well")
    return key


class Parameters(TemplateParameters):
    """Parameters of hf_import_models."""

    hf_model_id: HubModelId = Field(description='The model on the Hugging Face hub, as "owner/name".')
    hf_access_token_secret: SecretName | None = Field(
        default=None,
        description="The secret in Secrets Manager whose whole text is the Hugging Face access token; "
        "not needed for a public model that is not gated.",
    )
    hf_access_token_kms_key_arn: Annotated[KmsKeyArn | None, AfterValidator(_key_of_a_secret)] = Field(
        default=None, description="The KMS key of that secret, where it is not Secrets Manager's own."
    )
    hf_revision: HubRevision = Field(
        default="main", description="The branch, tag or commit to import; its commit is recorded."
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
        readable=f"{names.imported_models_prefix}/",
        key_statements=[build_logs_may_encrypt(names)],
    )
    group = model_package_group(
        stack, "model_package_group", names=names, readers=context.reader_accounts, protect=protect
    )
    importer = import_role(
        stack,
        "import_role",
        names=names,
        statements=_import_statements(names, project.parameters, artifacts.key),
        permissions_boundary_arn=boundary,
    )
    role = execution_role(
        stack,
        "execution_role",
        names=names,
        statements=_pipeline_statements(names, importer, artifacts.key),
        permissions_boundary_arn=boundary,
    )
    source = deliver_on_push(
        stack,
        names=names,
        storage=artifacts,
        bucket=names.artifact_bucket,
        variables={
            **build_environment(names, role=role, group=group, artifact_key=artifacts.key),
            **_import_variables(project.parameters, importer),
        },
        statements=build_ml_pipeline(names, execution_role=role, artifact_key=artifacts.key),
        after=[importer.ready, role.ready],
        permissions_boundary_arn=boundary,
    )
    context.outputs.update(
        repository_clone_url=(source.clone_url, "Where to clone the repository from"),
        artifact_bucket=(names.artifact_bucket, "Bucket of imported models and of what the pipelines pass on"),
        model_package_group_name=(names.model_package_group, "Group that models are registered in"),
        model_package_group_arn=(group.arn, "ARN of that group"),
        sagemaker_pipeline_name=(names.ml_pipeline, "SageMaker pipeline that the repository defines"),
        execution_role_arn=(role.arn, "Role that the pipeline runs as"),
        import_role_arn=(importer.arn, "Role of the import job, which alone may read the access token"),
        delivery_pipeline_name=(names.delivery_pipeline, "CodePipeline that builds the repository"),
    )


def _import_statements(names: ProjectNames, parameters: Any, key: Any) -> list[Statement]:
    secret = parameters.hf_access_token_secret
    return [
        *(read_secret(names, secret, parameters.hf_access_token_kms_key_arn) if secret else ()),
        *write_models(names, key),
        see_registered_models(names),
        *write_job_logs(names, _JOBS),
        *pull_sagemaker_images(names, _IMPORT_IMAGES),
    ]


def _pipeline_statements(names: ProjectNames, importer: Role, key: Any) -> list[Statement]:
    """The pipeline starts the import job as another role, reads its result, and registers the model.

    The key is the job's to write with. SageMaker asks whoever starts a job for the grant on the key of its volumes,
    unless the job's role may give it; AWS does not say which of the two it tries first
    (https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html).
    """
    bucket = names.bucket_arn(names.artifact_bucket)
    return [
        *run_jobs(names, _JOBS, as_role=importer),
        *register_models(names, _SERVING_IMAGES),
        Statement("ListBucket", ["s3:ListBucket"], [bucket]),
        Statement("ReadResult", ["s3:GetObject"], [f"{bucket}/{names.pipeline_prefix}/executions/*"]),
        Statement("ReadModels", ["s3:GetObject"], [f"{bucket}/{names.imported_models_prefix}/*"]),
        Statement("ReadWithKey", READ_OBJECTS, [key.arn]),
        encrypt_volumes(key),
    ]


def _import_variables(parameters: Any, importer: Role) -> dict[str, str]:
    secret = parameters.hf_access_token_secret
    return {
        **({"HUGGING_FACE_ACCESS_TOKEN_SECRET": secret} if secret else {}),
        "HUGGING_FACE_MODEL_ID": parameters.hf_model_id,
        "HUGGING_FACE_MODEL_REVISION": parameters.hf_revision,
        "HUGGING_FACE_IMPORT_ROLE_ARN": importer.arn,
    }


def objections(projects: Sequence[Project], _configuration: Configuration) -> Iterator[Objection]:
    """Say which keys no secret of their project's environment can have; another account's it may have.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    for project in projects:
        arn: str | None = getattr(project.parameters, "hf_access_token_kms_key_arn", None)
        region = project.environment.region
        if arn and (arn.split(":")[1], arn.split(":")[3]) != (regions.partition(region).name, region):
            message = f"is a key of another region or partition than {region}, where the secret is; it can have none"
            yield Objection(project, "hf_access_token_kms_key_arn", message)


TEMPLATE = Template(
    name="hf_import_models",
    summary="Import a Hugging Face model, pinned to a commit, and register it.",
    parameters=Parameters,
    build=build,
    seed=seed_folder("hf_import_models"),
    registers_models=True,
    without_effect=idle_keys.of_all(idle_keys.of_no_deployment, idle_keys.of_own_network),
    asks_from_vpc=(),
    instances=(("ml.m5.large", "processing job"),),
    checks=objections,
)
