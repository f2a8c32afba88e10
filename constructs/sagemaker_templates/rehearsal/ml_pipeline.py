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
from sagemaker_templates.rehearsal.acting import RoleSession, session_of
from sagemaker_templates.rehearsal.commands import run_to_end
from sagemaker_templates.rehearsal.images import parts_of_image, some_layers
from sagemaker_templates.rehearsal.interfaces import interfaces_in

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
        tell: told of each step that has ended well, with its type and what there is to say of it.
        parameters: of the execution; the others have their defaults.
    """

    emulator: Emulator
    arn: str
    role_arn: str
    definition: str
    python: Path
    repository: Path
    work: Path
    tell: Callable[[str, str], None]
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
            self._ask_for(step)
            ended = self._ran(step["name"])
            if ended["failure"]:
                raise MlStepFailed(ended["failure"])
            self.tell(step["name"], ended["comparison"] or ended["registered"] or step["type"])
            registered += filter(None, [ended["registered"]])
            step = ended["next"]
        return registered

    @cached_property
    def _actor(self) -> RoleSession:
        return self._as(self.role_arn)

    def _as(self, role_arn: str) -> RoleSession:
        return session_of(self.emulator, role_arn, _SAGEMAKER, self._region, self.arn)

    @property
    def _region(self) -> str:
        return self.arn.split(":")[3]

    def _ran(self, step: str | None) -> Json:
        command = [str(self.python), str(_PROGRAM), str(self.work), *([step] if step else [])]
        variables = {"PYTHONPATH": str(self.repository), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.work)}
        ended = run_to_end(command, environment={**self._actor.variables, **variables, "LANG": "C.UTF-8"})
        if ended.code:
            raise MlStepFailed(
                f"{step or 'reading the definition'} ended with {ended.code}:\n{ended.printed.strip()}"
            )
        printed: Json = json.loads(ended.printed.splitlines()[-1])
        return printed

    def _ask_for(self, step: Json) -> None:
        """What SageMaker needs of the roles before and around a step, which no request of the scripts shows."""
        kind, request = step["type"], step["request"]
        if kind in ("Processing", "Training"):
            self._ask_for_job(Job(kind, self._name_of_job(step), request))
        if kind == "RegisterModel":
            (container,) = request["InferenceSpecification"]["Containers"]
            group = {"model-package-group": request["ModelPackageGroupName"]}
            self._actor.does("register-model-package", {**parts_of_image(container["Image"]), **group})

    def _name_of_job(self, step: Json) -> str:
        given = step["request"].get(f"{step['type']}JobName") or f"pipelines-{step['name']}"
        return f"{given}-{uuid.uuid4().hex[:_LENGTH_OF_ID]}"

    def _ask_for_job(self, job: Job) -> None:
        named = {**job.request, f"{job.kind}JobName": job.name}
        self._actor.needs("sagemaker", f"Create{job.kind}Job", **named)
        self._actor.needs("sagemaker", f"Describe{job.kind}Job", **{f"{job.kind}JobName": job.name})
        actor = self._as(job.request["RoleArn"])
        actor.does("pull-image", {**parts_of_image(job.image), "layers": some_layers()})
        actor.does("job-log", {"log-group": job.log_group, "log-stream": f"{job.name}/algo-1"})
        actor.does("job-metrics", {"namespace": job.log_group})
        if job.volume_key:
            actor.does("encrypt-volumes", {"volume-key": job.volume_key})
        if job.network:
            if job.kind == "Processing":
                actor.does("try-network-of-processing-job", {})
            self._join(actor, job.network)

    def _join(self, actor: RoleSession, network: Mapping[str, Sequence[str]]) -> None:
        account = self.arn.split(":")[4]
        with interfaces_in(self.emulator, account, self._region, network["Subnets"]) as interfaces:
            given = {"subnets": network["Subnets"], "security-groups": network["SecurityGroupIds"]}
            actor.does("job-in-vpc", {**given, "interfaces": interfaces})
