"""The pipeline: preprocess → train → evaluate → good enough? → register for approval, or fail and say why."""

from dataclasses import dataclass
from pathlib import Path

from mlops.images import container_image
from mlops.jobs import Jobs
from mlops.session import ProjectSession
from mlops.settings import Settings
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
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

from abalone.generate_data import DATA_KEY

XGBOOST_VERSION = "3.0-5"
SCRIPTS = Path(__file__).resolve().parent / "scripts"

# How the XGBoost container finds the inference code inside the model, and what callers get who do not say what they
# accept; the container's own choice would be JSON.
SERVING = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
}


# What was read: its hash and how many rows, which the package then names.
_DATA = PropertyFile(name="Data", output_name="data", path="data.json")


@dataclass(frozen=True)
class Parameters:
    """What can be chosen anew for each execution."""

    input_data: ParameterString
    threshold: ParameterFloat
    approval: ParameterString
    seed: ParameterInteger
    processing_instance: ParameterString
    training_instance: ParameterString
    inference_instance: ParameterString
    transform_instance: ParameterString
    rounds: ParameterInteger
    depth: ParameterInteger
    learning_rate: ParameterFloat
    min_child_weight: ParameterFloat
    subsample: ParameterFloat

    @classmethod
    def defaults(cls, settings: Settings) -> "Parameters":
        """The parameters with the values that an execution gets unless told otherwise."""
        return cls(
            input_data=ParameterString("InputDataUrl", default_value=settings.uri(DATA_KEY)),
            threshold=ParameterFloat("MseThreshold", default_value=6.0),
            approval=ParameterString(
                "ModelApprovalStatus",
                default_value="PendingManualApproval",
                enum_values=["PendingManualApproval", "Approved", "Rejected"],
            ),
            seed=ParameterInteger("RandomSeed", default_value=42),
            processing_instance=ParameterString("ProcessingInstanceType", default_value="ml.m5.xlarge"),
            training_instance=ParameterString("TrainingInstanceType", default_value="ml.m5.xlarge"),
            inference_instance=ParameterString("InferenceInstanceType", default_value="ml.m5.large"),
            # Of its own: two of three instance types that serve cannot transform, and the registry refuses those.
            transform_instance=ParameterString("TransformInstanceType", default_value="ml.m5.large"),
            rounds=ParameterInteger("NumRound", default_value=200),
            depth=ParameterInteger("MaxDepth", default_value=5),
            learning_rate=ParameterFloat("LearningRate", default_value=0.1),
            min_child_weight=ParameterFloat("MinChildWeight", default_value=6.0),
            subsample=ParameterFloat("Subsample", default_value=0.8),
        )

    def all(self) -> list[Parameter]:
        """In the order in which the console shows them."""
        return list(vars(self).values())


def build_pipeline(settings: Settings, session: ProjectSession) -> Pipeline:
    """The pipeline of this project.

    Raises:
        SettingsError: the container's image is not in the region.
    """
    parameters = Parameters.defaults(settings)
    image = container_image("xgboost", region=settings.region, version=XGBOOST_VERSION)
    jobs = Jobs(settings, session, image, SCRIPTS)
    preprocess = _preprocess(jobs, parameters)
    train = _train(jobs, parameters, preprocess)
    report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = _evaluate(jobs, parameters, preprocess, train, report)
    register = _register(jobs, parameters, preprocess, train, evaluate)
    return Pipeline(
        name=settings.pipeline_name,
        parameters=parameters.all(),
        steps=[preprocess, train, evaluate, _decide(parameters, evaluate, report, register)],
        sagemaker_session=session,
        # Jobs are named after the project, which the role's permissions are limited to.
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=True),
        # No experiment and trial for each execution: they would need permissions of their own.
        pipeline_experiment_config=None,
    )


def _preprocess(jobs: Jobs, parameters: Parameters) -> ProcessingStep:
    return jobs.processing(
        "Preprocess",
        script="preprocess.py",
        instance_type=parameters.processing_instance,
        inputs={"input": parameters.input_data},
        outputs=["train", "validation", "test", "preprocessing", "data"],
        arguments=["--seed", parameters.seed.to_string()],
        property_files=[_DATA],
    )


def _train(jobs: Jobs, parameters: Parameters, preprocess: ProcessingStep) -> TrainingStep:
    return jobs.training(
        "Train",
        script="train.py",
        instance_type=parameters.training_instance,
        inputs={name: _output(preprocess, name) for name in ("train", "validation", "preprocessing")},
        hyperparameters={
            "num_round": parameters.rounds.to_string(),
            "early_stopping_rounds": "20",
            "max_depth": parameters.depth.to_string(),
            "learning_rate": parameters.learning_rate.to_string(),
            "min_child_weight": parameters.min_child_weight.to_string(),
            "subsample": parameters.subsample.to_string(),
            "seed": parameters.seed.to_string(),
        },
    )


def _evaluate(
    jobs: Jobs,
    parameters: Parameters,
    preprocess: ProcessingStep,
    train: TrainingStep,
    report: PropertyFile,
) -> ProcessingStep:
    return jobs.processing(
        "Evaluate",
        script="evaluate.py",
        instance_type=parameters.processing_instance,
        inputs={
            "model": train.properties.ModelArtifacts.S3ModelArtifacts,
            "test": _output(preprocess, "test"),
        },
        outputs=["evaluation"],
        property_files=[report],
    )


def _decide(
    parameters: Parameters, evaluate: ProcessingStep, report: PropertyFile, register: ModelStep
) -> ConditionStep:
    mse = JsonGet(step_name=evaluate.name, property_file=report, json_path="regression_metrics.mse.value")
    return ConditionStep(
        name="GoodEnough",
        conditions=[ConditionLessThanOrEqualTo(left=mse, right=parameters.threshold)],
        if_steps=[register],
        else_steps=[
            FailStep(
                name="NotGoodEnough",
                error_message=Join(
                    on=" ",
                    values=[
                        "Not registered: mean squared error",
                        mse,
                        "is above MseThreshold",
                        parameters.threshold,
                    ],
                ),
            )
        ],
    )


def _register(
    jobs: Jobs, parameters: Parameters, preprocess: ProcessingStep, train: TrainingStep, evaluate: ProcessingStep
) -> ModelStep:
    model = ModelBuilder(
        image_uri=jobs.image,
        s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
        role_arn=jobs.settings.role_arn,
        env_vars=SERVING,
        # Without it the SDK looks for inference code to pack and overwrites the variables above.
        dependencies={},
        sagemaker_session=jobs.session,
    )
    evaluation = Join(on="/", values=[_output(evaluate, "evaluation"), "evaluation.json"])
    return ModelStep(
        name="Register",
        step_args=model.register(
            model_package_group_name=jobs.settings.model_package_group,
            content_types=["text/csv"],
            response_types=["text/csv", "application/json"],
            inference_instances=[parameters.inference_instance],
            transform_instances=[parameters.transform_instance],
            approval_status=parameters.approval,
            description="Predicts the rings of an abalone from raw CSV rows: sex and seven measurements.",
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(content_type="application/json", s3_uri=evaluation)
            ),
            customer_metadata_properties={
                "execution": ExecutionVariables.PIPELINE_EXECUTION_ARN,
                **jobs.settings.origin,
                "input-data": parameters.input_data,
                "input-data-sha256": _data(preprocess, "sha256"),
                "input-data-rows": _data(preprocess, "rows"),
                "random-seed": parameters.seed.to_string(),
            },
        ),
    )


def _data(preprocess: ProcessingStep, name: str) -> JsonGet:
    """One entry of what was read."""
    return JsonGet(step_name=preprocess.name, property_file=_DATA, json_path=name)


def _output(step: ProcessingStep, name: str) -> object:
    """Where a processing step leaves one of its outputs."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri
