"""The pipeline: import → registered already? → register for approval, or end with nothing left to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops.images import container_image
from mlops.jobs import Jobs
from mlops.session import ProjectSession
from mlops.settings import Settings
from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import Parameter, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep
from sagemaker.serve.model_builder import ModelBuilder

from model_import.serving import GPU_INSTANCES
from model_import.settings import ImportSettings

# The smallest of SageMaker's images that has boto3; the rest of the job is Python's standard library.
SKLEARN_VERSION = "1.4-2"
SCRIPTS = Path(__file__).resolve().parent / "scripts"
MODELS = "models"

_RESULT = PropertyFile(name="ImportResult", output_name="result", path="result.json")


@dataclass(frozen=True)
class Parameters:
    """What can be chosen anew for each execution."""

    model_id: ParameterString
    revision: ParameterString
    approval: ParameterString
    gpus: ParameterInteger
    task: ParameterString
    import_instance: ParameterString
    inference_instance: ParameterString

    @classmethod
    def defaults(cls, source: ImportSettings) -> "Parameters":
        """The parameters with the values that an execution gets unless told otherwise."""
        return cls(
            model_id=ParameterString("ModelId", default_value=source.model_id),
            revision=ParameterString("Revision", default_value=source.revision),
            approval=ParameterString(
                "ModelApprovalStatus",
                default_value="PendingManualApproval",
                enum_values=["PendingManualApproval", "Approved", "Rejected"],
            ),
            gpus=ParameterInteger("GpuCount", default_value=1),
            task=ParameterString("Task", default_value=source.task),
            import_instance=ParameterString("ImportInstanceType", default_value="ml.m5.large"),
            inference_instance=ParameterString("InferenceInstanceType", default_value=GPU_INSTANCES[0]),
        )

    def all(self, source: ImportSettings) -> list[Parameter]:
        """In the order in which the console shows them; without those that the container does not ask for."""
        asked = {"gpus": source.serving.gpu_variable, "task": source.serving.task_variable}
        return [parameter for name, parameter in vars(self).items() if asked.get(name, name) is not None]


def build_pipeline(settings: Settings, session: ProjectSession) -> Pipeline:
    """The pipeline of this project.

    Raises:
        SettingsError: a variable of the build is missing or wrong.
    """
    source = ImportSettings.from_environment(settings)
    parameters = Parameters.defaults(source)
    jobs = Jobs(
        settings, session, container_image("sklearn", region=settings.region, version=SKLEARN_VERSION), SCRIPTS
    )
    imported = _import(jobs, source, parameters)
    return Pipeline(
        name=settings.pipeline_name,
        parameters=parameters.all(source),
        steps=[imported, _decide(jobs, source, parameters, imported)],
        sagemaker_session=session,
        # Jobs are named after the project, which the role's permissions are limited to.
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=True),
        # No experiment and trial for each execution: they would need permissions of their own.
        pipeline_experiment_config=None,
    )


def _import(jobs: Jobs, source: ImportSettings, parameters: Parameters) -> ProcessingStep:
    settings = jobs.settings
    return jobs.processing(
        "Import",
        script="import_model.py",
        instance_type=parameters.import_instance,
        inputs={},
        outputs=["result"],
        arguments=[
            *("--model-id", parameters.model_id),
            *("--revision", parameters.revision),
            *("--endpoint", source.endpoint),
            *(("--secret", source.secret) if source.secret else ()),
            *("--location", settings.uri(MODELS)),
            *(("--kms-key", settings.kms_key) if settings.kms_key else ()),
            *("--group", settings.model_package_group),
            *("--region", settings.region),
            # What would be registered, so that the job finds out whether it is.
            *("--image", source.serving.image(settings.region)),
            *(
                part
                for name, value in _variables(source, parameters).items()
                for part in ("--variable", _equal(name, value))
            ),
            *(
                ("--task-variable", source.serving.task_variable, "--task", parameters.task)
                if source.serving.task_variable
                else ()
            ),
            *(part for each in _instances(parameters) for part in ("--instance-type", each)),
        ],
        property_files=[_RESULT],
        # The only role that may read the token.
        role=source.role_arn,
    )


def _decide(jobs: Jobs, source: ImportSettings, parameters: Parameters, imported: ProcessingStep) -> ConditionStep:
    return ConditionStep(
        name="IsNew",
        conditions=[ConditionEquals(left=_result(imported, "registered"), right="no")],
        if_steps=[_register(jobs, source, parameters, imported)],
        else_steps=[],
    )


def _register(jobs: Jobs, source: ImportSettings, parameters: Parameters, imported: ProcessingStep) -> ModelStep:
    model = ModelBuilder(
        image_uri=source.serving.image(jobs.settings.region),
        # Not an archive: nothing has to hold the model as a whole, and an endpoint loads the files in parallel.
        s3_model_data_url={
            "S3DataSource": {
                "S3Uri": _result(imported, "location"),
                "S3DataType": "S3Prefix",
                "CompressionType": "None",
            }
        },
        role_arn=jobs.settings.role_arn,
        env_vars={**_variables(source, parameters), **_task(source, imported)},
        # Without it the SDK looks for inference code to pack and overwrites the variables above.
        dependencies={},
        sagemaker_session=jobs.session,
    )
    return ModelStep(
        name="Register",
        step_args=model.register(
            model_package_group_name=jobs.settings.model_package_group,
            content_types=["application/json"],
            response_types=["application/json"],
            inference_instances=_instances(parameters),
            approval_status=parameters.approval,
            description="Imported from the Hugging Face hub; its commit and licence stand in the metadata.",
            customer_metadata_properties={
                "execution": ExecutionVariables.PIPELINE_EXECUTION_ARN,
                **jobs.settings.origin,
                **{f"hf-{name.replace('_', '-')}": _result(imported, name) for name in _METADATA},
            },
        ),
    )


def _variables(source: ImportSettings, parameters: Parameters) -> dict[str, Any]:
    """The environment of the container that serves the model, as far as it is known before the import."""
    gpus = {source.serving.gpu_variable: parameters.gpus.to_string()} if source.serving.gpu_variable else {}
    return {**source.serving.variables, **gpus}


def _task(source: ImportSettings, imported: ProcessingStep) -> dict[str, Any]:
    """What the container is told to serve: the import finds it out."""
    return {source.serving.task_variable: _result(imported, "served_task")} if source.serving.task_variable else {}


def _equal(name: str, value: Any) -> object:
    return f"{name}={value}" if isinstance(value, str) else Join(on="=", values=[name, value])


def _instances(parameters: Parameters) -> list[Any]:
    """What the package may be deployed on."""
    return [parameters.inference_instance, *GPU_INSTANCES[1:]]


# What the import finds out about a model, all of it text that a model package's metadata may hold.
_METADATA = (
    "model_id",
    "revision",
    "commit",
    "source",
    "license",
    "task",
    "library",
    "gated",
    "weights",
    "code",
    "files",
    "bytes",
    "manifest",
    "manifest_sha256",
)


def _result(imported: ProcessingStep, name: str) -> JsonGet:
    """One entry of what the import job found out."""
    return JsonGet(step_name=imported.name, property_file=_RESULT, json_path=name)
