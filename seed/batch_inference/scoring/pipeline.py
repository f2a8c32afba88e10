"""The pipeline: latest approved model → anything approved? → usable rows → enough of them? → model → batch transform.

Which model predicts is decided when the pipeline runs, not when it is built.
"""

from dataclasses import dataclass
from pathlib import Path

from mlops.images import container_image
from mlops.jobs import Jobs
from mlops.session import ProjectSession
from mlops.settings import Settings
from sagemaker.core.workflow.conditions import ConditionEquals
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import ProcessingStep

from scoring.predict import Columns, create_model, transform
from scoring.sample_data import DATA_KEY

# Has Python, NumPy and boto3; the model itself runs in the image that its package names.
XGBOOST_VERSION = "3.0-5"
SCRIPTS = Path(__file__).resolve().parent / "scripts"


@dataclass(frozen=True)
class Parameters:
    """What can be chosen anew for each execution."""

    input_data: ParameterString
    max_rejected_share: ParameterFloat
    id_columns: ParameterInteger
    result_columns: ParameterString
    processing_instance: ParameterString
    transform_instance: ParameterString

    @classmethod
    def defaults(cls, settings: Settings) -> "Parameters":
        """The parameters with the values that an execution gets unless told otherwise."""
        return cls(
            input_data=ParameterString("InputDataUrl", default_value=settings.uri(DATA_KEY)),
            max_rejected_share=ParameterFloat("MaxRejectedShare", default_value=0.05),
            id_columns=ParameterInteger("IdColumns", default_value=0),
            # A JSONPath: "$" keeps all columns of a row and its prediction, "$[0,-1]" the first and the prediction.
            result_columns=ParameterString("ResultColumns", default_value="$"),
            processing_instance=ParameterString("ProcessingInstanceType", default_value="ml.m5.large"),
            transform_instance=ParameterString("TransformInstanceType", default_value="ml.m5.large"),
        )

    def all(self) -> list[Parameter]:
        """In the order in which the console shows them."""
        return list(vars(self).values())


@dataclass(frozen=True)
class Selected:
    """What the first step found, as the steps after it refer to it."""

    step: ProcessingStep
    file: PropertyFile

    def get(self, name: str) -> JsonGet:
        """One value of the selection."""
        return JsonGet(step_name=self.step.name, property_file=self.file, json_path=name)


@dataclass(frozen=True)
class Prepared:
    """What became of the rows, as the steps after it refer to it."""

    step: ProcessingStep
    file: PropertyFile

    def get(self, name: str) -> JsonGet:
        """One value of the summary."""
        return JsonGet(step_name=self.step.name, property_file=self.file, json_path=name)

    @property
    def rows(self) -> Properties:
        """Where the usable rows lie."""
        return self.step.properties.ProcessingOutputConfig.Outputs["rows"].S3Output.S3Uri


def build_pipeline(settings: Settings, session: ProjectSession) -> Pipeline:
    """The pipeline of this project.

    Raises:
        SettingsError: the container's image is not in the region.
    """
    parameters = Parameters.defaults(settings)
    image = container_image("xgboost", region=settings.region, version=XGBOOST_VERSION)
    jobs = Jobs(settings, session, image, SCRIPTS)
    selected = _select(jobs, parameters)
    return Pipeline(
        name=settings.pipeline_name,
        parameters=parameters.all(),
        steps=[selected.step, _predict_if_approved(jobs, parameters, selected)],
        sagemaker_session=session,
        # Jobs and models are named after the prefix, which the role's permissions are limited to.
        pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=True),
        # No experiment and trial for each execution: they would need permissions of their own.
        pipeline_experiment_config=None,
    )


def _select(jobs: Jobs, parameters: Parameters) -> Selected:
    file = PropertyFile(name="Selection", output_name="selection", path="selection.json")
    settings = jobs.settings
    step = jobs.processing(
        "SelectModel",
        script="select_model.py",
        instance_type=parameters.processing_instance,
        inputs={},
        outputs=["selection"],
        arguments=[
            *("--group", settings.model_package_group),
            *("--bucket", settings.model_bucket),
            *("--region", settings.region),
        ],
        property_files=[file],
        calls_aws=True,
    )
    return Selected(step, file)


def _predict_if_approved(jobs: Jobs, parameters: Parameters, selected: Selected) -> ConditionStep:
    summary = PropertyFile(name="Summary", output_name="rejected", path="summary.json")
    prepare = _prepare(jobs, parameters, selected, summary)
    return ConditionStep(
        name="ModelApproved",
        conditions=[ConditionEquals(left=selected.get("approved"), right=True)],
        if_steps=[prepare, _predict_if_enough(jobs, parameters, selected, Prepared(prepare, summary))],
        # Nothing approved yet is no failure: the execution ends here, and SelectModel has said why.
        else_steps=[],
    )


def _predict_if_enough(jobs: Jobs, parameters: Parameters, selected: Selected, prepared: Prepared) -> ConditionStep:
    model = create_model(jobs, selected.get("model_package_arn"))
    return ConditionStep(
        name="EnoughRows",
        conditions=[ConditionEquals(left=prepared.get("enough"), right=True)],
        if_steps=[
            model,
            transform(
                jobs,
                model=model.properties.ModelName,
                rows=prepared.rows,
                columns=Columns(parameters.id_columns, parameters.result_columns),
                instance_type=parameters.transform_instance,
            ),
        ],
        else_steps=[
            FailStep(
                name="TooFewRows",
                error_message=Join(
                    on=" ",
                    values=[
                        "Nothing predicted:",
                        prepared.get("text"),
                        "- all that were put aside:",
                        jobs.results("Prepare", "rejected", "rejected.csv"),
                    ],
                ),
            )
        ],
    )


def _prepare(jobs: Jobs, parameters: Parameters, selected: Selected, summary: PropertyFile) -> ProcessingStep:
    return jobs.processing(
        "Prepare",
        script="prepare.py",
        instance_type=parameters.processing_instance,
        inputs={"input": parameters.input_data, "model": selected.get("model_data")},
        outputs=["rows", "rejected"],
        arguments=[
            *("--max-rejected-share", parameters.max_rejected_share.to_string()),
            *("--id-columns", parameters.id_columns.to_string()),
        ],
        property_files=[summary],
    )
