"""A SageMaker pipeline, executed step by step: what SageMaker does as its role, and the repository's real scripts."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.acting import RoleSession, account_of, session_of
from sagemaker_templates.rehearsal.commands import run_to_end
from sagemaker_templates.rehearsal.images import parts_of_image, some_layers
from sagemaker_templates.rehearsal.interfaces import interfaces_in
from sagemaker_templates.rehearsal.standing_model import StandingModel

Json = dict[str, Any]

_SAGEMAKER = "sagemaker.amazonaws.com"
_PROGRAM = Path(__file__).with_name("pipeline_step.py")
_LENGTH_OF_ID = 12


class MlStepFailed(StepFailed):
    """A step of the pipeline failed; the message says why."""


@dataclass(frozen=True)
class Job:
    """What SageMaker sends to start a job of a step.

    Attributes:
        kind: ``Processing`` or ``Training``.
        request: of the step, with every reference resolved.
    """

    kind: str
    name: str
    request: Mapping[str, Any]

    @property
    def log_group(self) -> str:
        """Where SageMaker writes what the job prints, and the namespace of its metrics."""
        return f"/aws/sagemaker/{self.kind}Jobs"

    @property
    def image(self) -> str:
        """The container's image."""
        return str(self._of_kind(["AppSpecification", "ImageUri"], ["AlgorithmSpecification", "TrainingImage"]))

    @property
    def network(self) -> Mapping[str, Sequence[str]]:
        """Subnets and security groups; empty where the job runs in SageMaker's own network."""
        own = self.request.get("NetworkConfig", {}) if self.kind == "Processing" else self.request
        found: Mapping[str, Sequence[str]] = own.get("VpcConfig") or {}
        return found

    @property
    def volume_key(self) -> str:
        """The key of its volumes; empty for those that are encrypted without."""
        return str(
            self._of_kind(
                ["ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"], ["ResourceConfig", "VolumeKmsKeyId"]
            )
        )

    def _of_kind(self, processing: Sequence[str], training: Sequence[str]) -> Any:
        found: Any = self.request
        for name in processing if self.kind == "Processing" else training:
            found = found.get(name, {})
        return found or ""


@dataclass(frozen=True)
class MlPipeline:
    """A pipeline that stands in the emulator, and how to execute it.

    Attributes:
        role_arn: as whom its steps run.
        python: of an environment that has what the repository's scripts import.
        repository: the folder with the repository.
        work: an empty folder.
        parameters: those that have another value than their default.
        tell: told of each step that has ended well: the role that took it, its name and what there is to say of it.
    """

    emulator: Emulator
    arn: str
    role_arn: str
    definition: str
    python: Path
    repository: Path
    work: Path
    tell: Callable[[str, str, str], None]
    now: Callable[[str], None] = lambda what: None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def execute(self) -> list[str]:
        """Execute it once; returns the ARNs of what was registered.

        Raises:
            MlStepFailed: a step failed.
            RightMissing: the role lacks a right that SageMaker needs.
        """
        (self.work / "definition.json").write_text(self.definition, encoding="utf-8")
        state = {"identifier": uuid.uuid4().hex[:_LENGTH_OF_ID], "parameters": dict(self.parameters), "left": {}}
        (self.work / "state.json").write_text(json.dumps(state), encoding="utf-8")
        registered: list[str] = []
        step = self._ran(None)["next"]
        while step:
            self.now(f"Executing {step['name']}")
            actor = self._ask_for(step)
            ended = self._ran(step["name"], actor)
            if ended["failure"]:
                raise MlStepFailed(ended["failure"])
            said = ended["comparison"] or ended["registered"] or ended["said"] or step["type"]
            self.tell(actor.role, step["name"], said)
            registered += filter(None, [ended["registered"]])
            step = (ended if actor is self._actor else self._ran(None))["next"]
        return registered

    @cached_property
    def _actor(self) -> RoleSession:
        return self._session(self.role_arn)

    def _as(self, role_arn: str) -> RoleSession:
        if role_arn == self.role_arn:
            return self._actor
        return self._session(role_arn)

    def _session(self, role_arn: str) -> RoleSession:
        return session_of(self.emulator, role_arn, _SAGEMAKER, self._region, self.arn)

    @property
    def _region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def _account(self) -> str:
        return account_of(self.arn)

    def _ran(self, step: str | None, actor: RoleSession | None = None) -> Json:
        actor = actor or self._actor
        alone = [] if actor is self._actor else ["--alone"]
        command = [str(self.python), str(_PROGRAM), str(self.work), *([step] if step else []), *alone]
        variables = {"PYTHONPATH": str(self.repository), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.work)}
        # What jobs compute here is small: threads would wait for each other longer than they work.
        machine = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        ended = run_to_end(command, environment={**actor.variables, **variables, **machine})
        if ended.code:
            raise MlStepFailed(
                f"{step or 'reading the definition'} ended with {ended.code}:\n{ended.printed.strip()}"
            )
        printed: Json = json.loads(ended.printed.splitlines()[-1])
        return printed

    def _ask_for(self, step: Json) -> RoleSession:
        """What SageMaker needs of the roles before and around a step, which no request of the scripts shows.

        Returns who does the step's work.
        """
        kind, request = step["type"], step["request"]
        if kind in ("Processing", "Training"):
            return self._ask_for_job(Job(kind, self._name_of_job(step), request))
        if kind == "Transform":
            return self._ask_for_transform(self._name_of_job(step), request)
        if kind == "RegisterModel":
            (container,) = request["InferenceSpecification"]["Containers"]
            group = {"model-package-group": request["ModelPackageGroupName"]}
            self._actor.does("register-model-package", {**parts_of_image(container["Image"]), **group})
        if kind == "Model":  # the request itself is the step's; SageMaker then waits for the model
            self._actor.needs("sagemaker", "DescribeModel", ModelName=f"{request['ModelName']}-1")
        return self._actor

    def _name_of_job(self, step: Json) -> str:
        given = step["request"].get(f"{step['type']}JobName") or f"pipelines-{step['name']}"
        return f"{given}-{uuid.uuid4().hex[:_LENGTH_OF_ID]}"

    def _ask_for_job(self, job: Job) -> RoleSession:
        named = {**job.request, f"{job.kind}JobName": job.name}
        self._actor.needs("sagemaker", f"Create{job.kind}Job", **named)
        self._actor.needs("sagemaker", f"Describe{job.kind}Job", **{f"{job.kind}JobName": job.name})
        actor = self._as(job.request["RoleArn"])
        actor.does("pull-image", {**parts_of_image(job.image), "layers": some_layers()})
        self._log(actor, job.log_group, job.name)
        if job.volume_key:
            actor.does("encrypt-volumes", {"volume-key": job.volume_key})
        if location := job.request.get("CheckpointConfig", {}).get("S3Uri"):
            bucket, _, prefix = str(location).removeprefix("s3://").partition("/")
            key = f"{prefix}/checkpoint-1/state.json"
            actor.does("keep-checkpoints", {"bucket": bucket, "prefix": prefix, "keys": key, "removed-keys": key})
        if job.network and job.kind == "Processing":
            actor.does("try-network-of-processing-job", {})
        self._join(actor, job.network)
        return actor

    def _ask_for_transform(self, name: str, request: Json) -> RoleSession:
        """A transform job has no role of its own: it works as its model's."""
        self._actor.needs("sagemaker", "CreateTransformJob", **{**request, "TransformJobName": name})
        self._actor.needs("sagemaker", "DescribeTransformJob", TransformJobName=name)
        model = StandingModel(self.emulator, self._account, self._region, request["ModelName"])
        actor = self._as(model.role_arn)
        actor.does("start-model-of-transform-job", model.start())
        self._log(actor, "/aws/sagemaker/TransformJobs", name)
        if key := request["TransformResources"].get("VolumeKmsKeyId"):
            actor.does("encrypt-volumes", {"volume-key": key})
        output = request["TransformOutput"]
        bucket, _, prefix = str(output["S3OutputPath"]).removeprefix("s3://").partition("/")
        stored = {"bucket": bucket, "keys": f"{prefix}/1.out", "output-key": output.get("KmsKeyId", "")}
        actor.does("write-output", stored)
        self._join(actor, model.network)
        return actor

    @staticmethod
    def _log(actor: RoleSession, group: str, job: str) -> None:
        actor.does("job-log", {"log-group": group, "log-stream": f"{job}/algo-1"})
        actor.does("job-metrics", {"namespace": group})

    def _join(self, actor: RoleSession, network: Mapping[str, Sequence[str]]) -> None:
        if not network:
            return
        with interfaces_in(self.emulator, self._account, self._region, network["Subnets"]) as interfaces:
            given = {"subnets": network["Subnets"], "security-groups": network["SecurityGroupIds"]}
            actor.does("job-in-vpc", {**given, "interfaces": interfaces})
