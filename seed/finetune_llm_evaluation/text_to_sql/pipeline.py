"""The pipeline: fetch the base model, split the data → tune → evaluate both models → better, and good enough? →
register for approval, or fail and say why. A dry run ends before that question.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from mlops.images import container_image
from mlops.jobs import Jobs
from mlops.session import ProjectSession
from mlops.settings import Settings, SettingsError
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
)
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder

from text_to_sql.generate_data import DATA_KEY

TRANSFORMERS_VERSION = "5.3.0"
PYTORCH_VERSION = "2.9.0"
SERVING_VERSION = "0.29.0"
GPU_INSTANCE = "ml.g5.2xlarge"
SCRIPTS = Path(__file__).resolve().parent / "scripts"

# The images of the GPU jobs bring CUDA 13. Their own entry point makes it run on hosts with an older driver by way of
# this file; a job that names its own entry point has to do the same.
LAUNCHER = (
    "bash",
    "-c",
    'compat=/usr/local/bin/start_cuda_compat.sh; [ ! -f $compat ] || . $compat || true; exec python3 "$0" "$@"',
)
# Base model, its copy with the adapter, and the archive of that copy, for models of up to 7 billion parameters.
GPU_VOLUME_GB = 120

SPOT_VARIABLE = "SPOT_MAX_WAIT_SECONDS"
SHORTEST_SPOT_WAIT = 4 * 60 * 60

_DATA = PropertyFile(name="Data", output_name="data", path="data.json")

SERVING = {"SM_VLLM_MODEL": "/opt/ml/model"}


@dataclass(frozen=True)
class Parameters:
    """What can be chosen anew for each execution."""

    input_data: ParameterString
    base_model: ParameterString
    base_revision: ParameterString
    threshold: ParameterFloat
    approval: ParameterString
    dry_run: ParameterString
    seed: ParameterInteger
    epochs: ParameterInteger
    rank: ParameterInteger
    learning_rate: ParameterFloat
    quantization: ParameterString
    batch_size: ParameterInteger
    accumulation: ParameterInteger
    max_tokens: ParameterInteger
    max_new_tokens: ParameterInteger
    test_limit: ParameterInteger
    checkpoint_steps: ParameterInteger
    processing_instance: ParameterString
    training_instance: ParameterString
    evaluation_instance: ParameterString
    inference_instance: ParameterString

    @classmethod
    def defaults(cls, settings: Settings) -> "Parameters":
        """The parameters with the values that an execution gets unless told otherwise."""
        return cls(
            input_data=ParameterString("InputDataUrl", default_value=settings.uri(DATA_KEY)),
            base_model=ParameterString("BaseModel", default_value="Qwen/Qwen2.5-Coder-1.5B-Instruct"),
            base_revision=ParameterString("BaseModelRevision", default_value="main"),
            threshold=ParameterFloat("AccuracyThreshold", default_value=0.8),
            approval=ParameterString(
                "ModelApprovalStatus",
                default_value="PendingManualApproval",
                enum_values=["PendingManualApproval", "Approved", "Rejected"],
            ),
            dry_run=ParameterString("DryRun", default_value="false", enum_values=["true", "false"]),
            seed=ParameterInteger("RandomSeed", default_value=42),
            epochs=ParameterInteger("Epochs", default_value=3),
            rank=ParameterInteger("LoraRank", default_value=16),
            learning_rate=ParameterFloat("LearningRate", default_value=0.0002),
            quantization=ParameterString("Quantization", default_value="4bit", enum_values=["none", "4bit"]),
            batch_size=ParameterInteger("BatchSize", default_value=4),
            accumulation=ParameterInteger("GradientAccumulation", default_value=4),
            max_tokens=ParameterInteger("MaxTokens", default_value=1024),
            max_new_tokens=ParameterInteger("MaxNewTokens", default_value=160),
            test_limit=ParameterInteger("MaxTestExamples", default_value=200),
            checkpoint_steps=ParameterInteger("CheckpointSteps", default_value=50),
            processing_instance=ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge"),
            training_instance=ParameterString("TrainingInstanceType", default_value=GPU_INSTANCE),
            evaluation_instance=ParameterString("EvaluationInstanceType", default_value=GPU_INSTANCE),
            inference_instance=ParameterString("InferenceInstanceType", default_value=GPU_INSTANCE),
        )

    def all(self) -> list[Parameter]:
        """In the order in which the console shows them."""
        return list(vars(self).values())


def build_pipeline(settings: Settings, session: ProjectSession) -> Pipeline:
    """The pipeline of this project.

    Raises:
        SettingsError: SPOT_MAX_WAIT_SECONDS is no number of seconds, or shorter than the longest training.
    """
    parameters = Parameters.defaults(settings)
    online = Jobs(settings, session, _training_image(settings), SCRIPTS)
    # Only the fetching of the model has a network: neither a model's files nor the SQL that it writes are ours.
    jobs = replace(online, settings=replace(settings, network_isolation=True))
    gpu = replace(jobs, launcher=LAUNCHER, volume_gb=GPU_VOLUME_GB, own_disks=True)
    source = PropertyFile(name="BaseModelSource", output_name="source", path="source.json")
    figures = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
    fetch = _fetch_model(online, parameters, source)
    preprocess = _preprocess(jobs, parameters)
    train = _train(gpu, parameters, fetch, preprocess)
    evaluate = _evaluate(gpu, parameters, fetch, preprocess, train, figures=figures)
    register = _register(gpu, parameters, preprocess, train, evaluate, revision=_figure(fetch, source, "revision"))
    return Pipeline(
        name=settings.pipeline_name,
        parameters=parameters.all(),
        steps=[fetch, preprocess, train, evaluate, _decide(parameters, evaluate, figures, register)],
        sagemaker_session=session,
        # Jobs are named after the project, which the role's permissions are limited to.
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=True),
        # No experiment and trial for each execution: they would need permissions of their own.
        pipeline_experiment_config=None,
    )


def _training_image(settings: Settings) -> str:
    return container_image(
        "huggingface",
        region=settings.region,
        version=TRANSFORMERS_VERSION,
        base_framework_version=f"pytorch{PYTORCH_VERSION}",
        py_version="py312",
        image_scope="training",
        instance_type=GPU_INSTANCE,
    )


def _fetch_model(jobs: Jobs, parameters: Parameters, source: PropertyFile) -> ProcessingStep:
    return jobs.processing(
        "FetchModel",
        script="fetch_model.py",
        instance_type=parameters.processing_instance,
        inputs={},
        outputs=["model", "source"],
        arguments=["--model", parameters.base_model, "--revision", parameters.base_revision],
        property_files=[source],
    )


def _preprocess(jobs: Jobs, parameters: Parameters) -> ProcessingStep:
    return jobs.processing(
        "Preprocess",
        script="preprocess.py",
        instance_type=parameters.processing_instance,
        inputs={"input": parameters.input_data},
        outputs=["train", "test", "data"],
        arguments=["--seed", parameters.seed.to_string(), "--test-limit", parameters.test_limit.to_string()],
        property_files=[_DATA],
    )


def _train(jobs: Jobs, parameters: Parameters, fetch: ProcessingStep, preprocess: ProcessingStep) -> TrainingStep:
    return jobs.training(
        "Train",
        script="train.py",
        instance_type=parameters.training_instance,
        inputs={"model": _output(fetch, "model"), "train": _output(preprocess, "train")},
        hyperparameters={
            "epochs": parameters.epochs.to_string(),
            "rank": parameters.rank.to_string(),
            "learning_rate": parameters.learning_rate.to_string(),
            "quantization": parameters.quantization,
            "batch_size": parameters.batch_size.to_string(),
            "gradient_accumulation": parameters.accumulation.to_string(),
            "max_tokens": parameters.max_tokens.to_string(),
            "checkpoint_steps": parameters.checkpoint_steps.to_string(),
            "seed": parameters.seed.to_string(),
            "dry_run": parameters.dry_run,
        },
        checkpoints=jobs.results("Train", "checkpoints"),
        spot_wait_seconds=_spot_wait_seconds(),
    )


def _spot_wait_seconds() -> int | None:
    """How long to wait for spot instances; None trains on demand.

    A variable of the build and no parameter of the pipeline: SageMaker refuses a waiting time without spot instances
    and spot instances without one, so that no parameter can switch between them
    (https://github.com/aws/sagemaker-python-sdk/issues/4140).
    """
    written = os.environ.get(SPOT_VARIABLE, "").strip()
    if not written or written == "0":
        return None
    if not written.isdecimal() or int(written) < SHORTEST_SPOT_WAIT:
        raise SettingsError(f"{SPOT_VARIABLE} is {written!r}; write 0, or at least {SHORTEST_SPOT_WAIT}")
    return int(written)


def _evaluate(
    jobs: Jobs,
    parameters: Parameters,
    fetch: ProcessingStep,
    preprocess: ProcessingStep,
    train: TrainingStep,
    *,
    figures: PropertyFile,
) -> ProcessingStep:
    return jobs.processing(
        "Evaluate",
        script="evaluate.py",
        instance_type=parameters.evaluation_instance,
        inputs={
            "base": _output(fetch, "model"),
            "model": train.properties.ModelArtifacts.S3ModelArtifacts,
            "test": _output(preprocess, "test"),
        },
        outputs=["evaluation"],
        arguments=["--max-new-tokens", parameters.max_new_tokens.to_string(), "--dry-run", parameters.dry_run],
        property_files=[figures],
    )


def _decide(
    parameters: Parameters, evaluate: ProcessingStep, figures: PropertyFile, register: ModelStep
) -> ConditionStep:
    tuned = _figure(evaluate, figures, "text_to_sql_metrics.execution_accuracy.value")
    base = _figure(evaluate, figures, "text_to_sql_metrics.base_execution_accuracy.value")
    good_enough = ConditionStep(
        name="GoodEnough",
        conditions=[
            ConditionGreaterThanOrEqualTo(left=tuned, right=parameters.threshold),
            ConditionGreaterThan(left=tuned, right=base),
        ],
        if_steps=[register],
        else_steps=[_fail(parameters, tuned, base)],
    )
    return ConditionStep(
        name="DryRunOnly",
        # Its condition needs nothing that the jobs give, and would be decided before they start.
        depends_on=[evaluate],
        conditions=[ConditionEquals(left=parameters.dry_run, right="true")],
        if_steps=[],
        else_steps=[good_enough],
    )


def _fail(parameters: Parameters, tuned: JsonGet, base: JsonGet) -> FailStep:
    return FailStep(
        name="NotGoodEnough",
        error_message=Join(
            on=" ",
            values=[
                "Not registered: execution accuracy",
                tuned,
                "of the tuned model must reach AccuracyThreshold",
                parameters.threshold,
                "and be above that of the base model,",
                base,
            ],
        ),
    )


def _register(
    jobs: Jobs,
    parameters: Parameters,
    preprocess: ProcessingStep,
    train: TrainingStep,
    evaluate: ProcessingStep,
    *,
    revision: JsonGet,
) -> ModelStep:
    image = container_image(
        "huggingface-vllm",
        region=jobs.settings.region,
        version=SERVING_VERSION,
        image_scope="inference",
        instance_type=GPU_INSTANCE,
    )
    model = ModelBuilder(
        image_uri=image,
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        role_arn=jobs.settings.role_arn,
        env_vars=SERVING,
        # Without it the SDK looks for inference code to pack and adds variables of its own.
        dependencies={},
        sagemaker_session=jobs.session,
    )
    evaluation = Join(on="/", values=[_output(evaluate, "evaluation"), "evaluation.json"])
    return ModelStep(
        name="Register",
        step_args=model.register(
            model_package_group_name=jobs.settings.model_package_group,
            content_types=["application/json"],
            response_types=["application/json"],
            inference_instances=[parameters.inference_instance],
            approval_status=parameters.approval,
            description="Writes SQL that answers a question on given tables.",
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(content_type="application/json", s3_uri=evaluation)
            ),
            customer_metadata_properties={
                "execution": ExecutionVariables.PIPELINE_EXECUTION_ARN,
                **jobs.settings.origin,
                "input-data": parameters.input_data,
                "input-data-sha256": _figure(preprocess, _DATA, "sha256"),
                "input-data-examples": _figure(preprocess, _DATA, "examples"),
                "base-model": parameters.base_model,
                "base-model-revision": revision,
                "quantization": parameters.quantization,
                "random-seed": parameters.seed.to_string(),
            },
        ),
    )


def _figure(step: ProcessingStep, file: PropertyFile, path: str) -> JsonGet:
    return JsonGet(step_name=step.name, property_file=file, json_path=path)


def _output(step: ProcessingStep, name: str) -> object:
    """Where a processing step leaves one of its outputs."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri
