"""Pipeline steps that run a script of this repository, with the protections the platform asks for.

Every job of a pipeline is made here, so that network isolation, VPC, encryption, tags and names are the same
for all of them and none can be forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker.core.common_utils import base_from_name, name_from_base
from sagemaker.core.network import NetworkConfig
from sagemaker.core.processing import Processor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
    Tag,
)
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.steps import ProcessingStep, TrainingStep
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import (
    CheckpointConfig,
    Compute,
    InputData,
    Networking,
    OutputDataConfig,
    StoppingCondition,
)

from mlops.session import ProjectSession
from mlops.settings import Settings, SettingsError

_PROCESSING = "/opt/ml/processing"
_TRAINING_CODE = "/opt/ml/input/data/code"
_VOLUME_GB = 30
_CHECKPOINTS = "/opt/ml/checkpoints"

StepArguments = Any
"""The request that the SDK keeps for a step."""

Value = Any
"""A string, or what SageMaker turns into one at run time: a parameter, a property of a step, a join."""


class ScriptTrainingStep(TrainingStep):  # type: ignore[misc]
    """A training step that runs a script from its code channel.

    Inside a pipeline, ModelTrainer drops the job's name (issue 5776 of sagemaker-python-sdk), on which the
    permissions of the role depend. And it runs a script only by way of a driver that it uploads to a new
    place at every compilation, after asking IAM. So both are set here.
    """

    def __init__(self, name: str, *, job_name: str, entrypoint: Sequence[str], step_args: StepArguments) -> None:
        super().__init__(name, step_args=step_args)
        self._job_name = job_name
        self._entrypoint = entrypoint

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of CreateTrainingJob."""
        arguments: dict[str, Any] = super().arguments
        arguments["TrainingJobName"] = self._job_name
        arguments["AlgorithmSpecification"]["ContainerEntrypoint"] = list(self._entrypoint)
        return arguments


@dataclass(frozen=True)
class Jobs:
    """Makes the steps of one pipeline: same image, same code, same protections.

    Attributes:
        launcher: the command that runs a script; the script's path and arguments are added.
        volume_gb: size of each volume, in GB; at most that of the instance's own disks, where it has some.
        own_disks: the instances have disks of their own (ml.g5, ml.g6, ml.g4dn, ...). SageMaker encrypts those in
            hardware and refuses a volume key
            (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html).
    """

    settings: Settings
    session: ProjectSession
    image: str
    scripts: Path
    launcher: Sequence[str] = ("python3",)
    volume_gb: int = _VOLUME_GB
    own_disks: bool = False

    def processing(
        self,
        name: str,
        *,
        script: str,
        instance_type: Value,
        inputs: Mapping[str, Value],
        outputs: Sequence[str],
        arguments: Sequence[Value] = (),
        property_files: Sequence[PropertyFile] = (),
        calls_aws: bool = False,
        role: str | None = None,
    ) -> ProcessingStep:
        """A step that runs a script; an input or output called x is the folder /opt/ml/processing/x.

        A script that itself calls AWS cannot be isolated from the network, whatever the settings say.
        The job runs as the pipeline's own role unless ``role`` names another.
        """
        processor = Processor(
            role=role or self.settings.role_arn,
            image_uri=self.image,
            entrypoint=[*self.launcher, f"{_PROCESSING}/code/{script}"],
            instance_count=1,
            instance_type=instance_type,
            volume_size_in_gb=self.volume_gb,
            volume_kms_key=self._volume_key,
            output_kms_key=self.settings.kms_key,
            max_runtime_in_seconds=self.settings.max_job_seconds,
            base_job_name=job_name(self.settings, name),
            sagemaker_session=self.session,
            tags=self.settings.tags,
            network_config=self._network(isolated=self.settings.network_isolation and not calls_aws),
        )
        locations = {**inputs, "code": self.session.code(self.scripts)}
        return ProcessingStep(
            name=name,
            property_files=list(property_files),
            step_args=processor.run(
                inputs=[_input(each, location) for each, location in locations.items()],
                outputs=[_output(each, self.results(name, each)) for each in outputs],
                arguments=list(arguments) or None,
            ),
        )

    def training(
        self,
        name: str,
        *,
        script: str,
        instance_type: Value,
        inputs: Mapping[str, Value],
        hyperparameters: Mapping[str, Value],
        checkpoints: Value = None,
        spot_wait_seconds: int | None = None,
    ) -> ScriptTrainingStep:
        """A step that runs a training script; an input called x is the folder /opt/ml/input/data/x.

        Args:
            checkpoints: S3 location that SageMaker keeps equal to the folder /opt/ml/checkpoints; None keeps none.
            spot_wait_seconds: train on spot instances and wait so long, for them and the training together; None
                trains on demand.

        Raises:
            SettingsError: the wait is shorter than the longest training.
        """
        locations = {**inputs, "code": self.session.code(self.scripts)}
        trainer = ModelTrainer(
            training_image=self.image,
            role=self.settings.role_arn,
            sagemaker_session=self.session,
            base_job_name=job_name(self.settings, name),
            compute=Compute(
                instance_type=instance_type,
                instance_count=1,
                volume_size_in_gb=self.volume_gb,
                volume_kms_key_id=self._volume_key,
                **({"enable_managed_spot_training": True} if spot_wait_seconds else {}),
            ),
            stopping_condition=_stopping_condition(self.settings.max_job_seconds, spot_wait_seconds),
            checkpoint_config=CheckpointConfig(s3_uri=checkpoints, local_path=_CHECKPOINTS) if checkpoints else None,
            networking=self._training_network(),
            output_data_config=OutputDataConfig(s3_output_path=self.results(name), kms_key_id=self.settings.kms_key),
            hyperparameters=dict(hyperparameters),
            tags=[Tag(key=tag["Key"], value=tag["Value"]) for tag in self.settings.tags],
            input_data_config=[
                InputData(channel_name=each, data_source=location) for each, location in locations.items()
            ],
        )
        return ScriptTrainingStep(
            name,
            job_name=job_name(self.settings, name),
            entrypoint=[*self.launcher, f"{_TRAINING_CODE}/{script}"],
            step_args=trainer.train(),
        )

    def results(self, *parts: str) -> Join:
        """A location below this execution's own prefix: executions never overwrite each other's results."""
        root = self.settings.uri("pipelines", self.settings.pipeline_name, "executions")
        return Join(on="/", values=[root, ExecutionVariables.PIPELINE_EXECUTION_ID, *parts])

    @property
    def _volume_key(self) -> str | None:
        return None if self.own_disks else self.settings.kms_key

    def _network(self, *, isolated: bool) -> NetworkConfig:
        return NetworkConfig(
            enable_network_isolation=isolated,
            encrypt_inter_container_traffic=self.settings.encrypt_traffic,
            subnets=list(self.settings.subnet_ids) or None,
            security_group_ids=list(self.settings.security_group_ids) or None,
        )

    def _training_network(self) -> Networking:
        return Networking(
            enable_network_isolation=self.settings.network_isolation,
            enable_inter_container_traffic_encryption=self.settings.encrypt_traffic,
            subnets=list(self.settings.subnet_ids) or None,
            security_group_ids=list(self.settings.security_group_ids) or None,
        )


def job_name(settings: Settings, step: str) -> str:
    """The start of a job's name: the prefix, by which the role's permissions are limited, and the step.

    SageMaker adds the execution's id. The SDK leaves room for it by cutting the name here.
    """
    name = name_from_base(f"{settings.job_prefix}-{step}".lower())
    return str(base_from_name(name))


def _stopping_condition(longest: int, spot_wait: int | None) -> StoppingCondition:
    """SageMaker wants the waiting time for spot instances, no shorter than the job's, and refuses it for others."""
    if spot_wait is None:
        return StoppingCondition(max_runtime_in_seconds=longest)
    if spot_wait < longest:
        raise SettingsError(
            f"the wait for spot instances and the training is {spot_wait} seconds, less than a training may take "
            f"(MAX_JOB_HOURS: {longest} seconds)"
        )
    return StoppingCondition(max_runtime_in_seconds=longest, max_wait_time_in_seconds=spot_wait)


def _input(name: str, location: Value) -> ProcessingInput:
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(
            s3_uri=location,
            local_path=f"{_PROCESSING}/{name}",
            s3_data_type="S3Prefix",
            s3_input_mode="File",
        ),
    )


def _output(name: str, location: Value) -> ProcessingOutput:
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(s3_uri=location, local_path=f"{_PROCESSING}/{name}", s3_upload_mode="EndOfJob"),
    )
