"""The two steps that predict: a SageMaker model made from the package, and a batch transform job with it."""

from dataclasses import dataclass
from typing import Any

from mlops.jobs import Jobs, Value, job_name
from sagemaker.core.transformer import Transformer
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import Properties
from sagemaker.mlops.workflow.steps import Step, StepTypeEnum, TransformStep

CSV = "text/csv"
_MAX_PAYLOAD_MB = 6


@dataclass(frozen=True)
class Columns:
    """Which columns of a row the model sees, and which stand in the results.

    Attributes:
        identifiers: how many columns in front the model does not see.
        results: a JSONPath into the row with its prediction
            (https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html).
    """

    identifiers: ParameterInteger
    results: ParameterString


class CreateModelStep(Step):  # type: ignore[misc]
    """A step that makes a SageMaker model by a given request.

    Version 3 of the SDK has a step for models built from archives, and none for models made of packages.
    """

    def __init__(self, name: str, request: dict[str, Any]) -> None:
        super().__init__(name=name, step_type=StepTypeEnum.CREATE_MODEL)
        self._request = request
        self._properties = Properties(step_name=name, step=self, shape_name="DescribeModelOutput")

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of CreateModel."""
        return self._request

    @property
    def properties(self) -> Properties:
        """What DescribeModel will answer."""
        return self._properties


def create_model(jobs: Jobs, package: Value) -> CreateModelStep:
    """A step that makes a model of a package, with the container, the files and the variables it names."""
    settings = jobs.settings
    request: dict[str, Any] = {
        "ModelName": job_name(settings, "Model"),
        "ExecutionRoleArn": settings.role_arn,
        "Containers": [{"ModelPackageName": package}],
        "EnableNetworkIsolation": settings.network_isolation,
        "Tags": settings.tags,
    }
    if settings.subnet_ids:
        request["VpcConfig"] = {
            "Subnets": list(settings.subnet_ids),
            "SecurityGroupIds": list(settings.security_group_ids),
        }
    return CreateModelStep("CreateModel", request)


def transform(jobs: Jobs, *, model: Value, rows: Value, columns: Columns, instance_type: Value) -> TransformStep:
    """A step that predicts every row; a result is the row, with what the model does not see, and its prediction."""
    settings = jobs.settings
    transformer = Transformer(
        model_name=model,
        instance_type=instance_type,
        # SageMaker shares files among instances, never the rows of one file, and there is one file.
        instance_count=1,
        strategy="MultiRecord",
        max_payload=_MAX_PAYLOAD_MB,
        assemble_with="Line",
        accept=CSV,
        output_path=jobs.results("Transform"),
        output_kms_key=settings.kms_key,
        volume_kms_key=settings.kms_key,
        base_transform_job_name=job_name(settings, "Transform"),
        tags=settings.tags,
        sagemaker_session=jobs.session,
    )
    return TransformStep(
        "Transform",
        step_args=transformer.transform(
            data=rows,
            content_type=CSV,
            split_type="Line",
            join_source="Input",
            input_filter=Join(on="", values=["$[", columns.identifiers.to_string(), ":]"]),
            output_filter=columns.results,
        ),
    )
