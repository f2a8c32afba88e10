"""A delivery pipeline, run as CodePipeline does it, from the pipeline that stands in the emulator.

Stages, conditions, the order of actions, artifacts, variables, projects and roles: nothing of it is written here
again.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.naming import arn
from sagemaker_templates.rehearsal.acting import RightMissing, RoleSession, session_of
from sagemaker_templates.rehearsal.artifacts import Artifact, ArtifactStore
from sagemaker_templates.rehearsal.build import Build, BuildFailedError, Finished
from sagemaker_templates.rehearsal.interfaces import interfaces_in
from sagemaker_templates.rehearsal.repository import CONNECTION, Tip

Json = dict[str, Any]
_REFERENCE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")


class PipelineNotRehearsed(StepFailed):
    """A pipeline has something that CodePipeline knows and the rehearsal does not; the message names it."""


@dataclass(frozen=True)
class Action:
    """An action that has ended.

    Attributes:
        name: as ``Stage/Action``.
        role_arn: who did the work; of an approval, who waited for it.
        account: where.
        failed: whether it failed.
    """

    name: str
    role_arn: str
    account: str
    failed: bool


@dataclass
class Execution:
    """What became of one execution.

    Attributes:
        actions: those that ran, as ``Stage/Action``, in their order.
        skipped: the stages that a condition kept from starting.
        approvals: what each approver was shown.
        failed: the action that failed, with its log.
    """

    actions: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    approvals: dict[str, Mapping[str, str]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    failed: str | None = None

    @property
    def status(self) -> str:
        """In CodePipeline's words."""
        return "Failed" if self.failed else "Succeeded"

    @property
    def log(self) -> str:
        """Everything that the builds printed."""
        return "\n".join(self.logs.values())


@dataclass(frozen=True)
class DeliveryPipeline:
    """The pipeline of one account.

    Attributes:
        python: of an environment that has what the repository's ``requirements.txt`` names.
        machine: the variables that the build machine itself needs.
        instead: variables that builds have with another value than the pipeline, the project and the buildspec say.
        tell: told of each action that has ended, whether well or not.
    """

    emulator: Emulator
    account: str
    region: str
    name: str
    python: Path
    machine: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[Action], None] = lambda action: None

    def definition(self) -> Json:
        """The pipeline as AWS keeps it; asked for without an SDK, which would drop what it does not know yet."""
        url = f"{self.emulator.url}/"
        request = AWSRequest(
            "POST",
            url,
            data=json.dumps({"name": self.name}).encode(),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "CodePipeline_20150709.GetPipeline",
            },
        )
        credentials = Credentials(self.account, self.emulator.token)
        SigV4Auth(credentials, "codepipeline", self.region).add_auth(request)
        signed = Request(url, data=request.data, headers=dict(request.headers))  # noqa: S310 - on loopback
        with urlopen(signed) as answer:  # noqa: S310
            pipeline: Json = json.load(answer)["pipeline"]
        return pipeline

    def run(
        self, tip: Tip, workspace: Path, before: "Mapping[str, Callable[[Run], None]] | None" = None
    ) -> Execution:
        """Execute once; everything that waits for approval is approved.

        Args:
            tip: what is at the tip of the branch.
            workspace: an empty folder.
            before: what happens in the world just before an action, by ``Stage/Action``.

        Raises:
            PipelineNotRehearsed, BuildNotRehearsed: it wants what there is not here.
        """
        run = Run(self, tip, workspace, before or {})
        for stage in run.definition["stages"]:
            if not run.may_enter(stage):
                run.execution.skipped.append(stage["name"])
                continue
            for action in sorted(stage["actions"], key=lambda each: int(each.get("runOrder", 1))):
                run.act(stage["name"], action)
                if run.execution.failed:
                    return run.execution
        return run.execution

    def project(self, name: str) -> Json:
        """A build project as AWS keeps it."""
        client = self.emulator.client("codebuild", self.account, self.region)
        (project,) = client.batch_get_projects(names=[name])["projects"]
        found: Json = project
        return found

    def acting_as(self, role_arn: str, service: str, acting_for: str | None = None) -> RoleSession:
        """A session of a role of the pipeline, for the pipeline itself if nothing else is named."""
        own = arn("codepipeline", self.name, region=self.region, account_id=self.account)
        return session_of(self.emulator, role_arn, f"{service}.amazonaws.com", self.region, acting_for or own)


@dataclass
class Run:
    """An execution that is going on."""

    pipeline: DeliveryPipeline
    tip: Tip
    workspace: Path
    before: "Mapping[str, Callable[[Run], None]]"
    execution: Execution = field(default_factory=Execution)

    @cached_property
    def definition(self) -> Json:
        """The pipeline as it stood when the execution began."""
        return self.pipeline.definition()

    @cached_property
    def store(self) -> ArtifactStore:
        """Where actions hand on their artifacts."""
        return ArtifactStore.of(self.definition)

    def may_enter(self, stage: Json) -> bool:
        """Whether the stage's entry conditions hold; those that are there must be of the kind that is known here."""
        for condition in stage.get("beforeEntry", {}).get("conditions", []):
            _require(condition["result"], "SKIP", f"the result of a condition of {stage['name']}")
            for rule in condition["rules"]:
                _require(rule["ruleTypeId"]["provider"], "VariableCheck", f"a rule of {stage['name']}")
                check = rule["configuration"]
                _require(check["Operator"], "EQ", f"the operator of a rule of {stage['name']}")
                if self._resolved(check["Variable"]) != check["Value"]:
                    return False
        return True

    def act(self, stage: str, action: Json) -> None:
        """Run one action."""
        name = f"{stage}/{action['name']}"
        if name in self.before:
            self.before[name](self)
        self.execution.actions.append(name)
        kind = action["actionTypeId"]["category"]
        role = self.definition["roleArn"]
        if kind == "Source":
            with self._failing_if_refused(name):
                self._source(action)
        elif kind == "Approval":
            shown = action["configuration"]
            self.execution.approvals[name] = {key: self._resolved(value) for key, value in shown.items()}
        else:
            provider = f"{kind} by {action['actionTypeId']['provider']}"
            _require(provider, "Build by CodeBuild", f"the action {name}")
            project = self.pipeline.project(action["configuration"]["ProjectName"])
            role = project["serviceRole"]
            with self._failing_if_refused(name):
                self._build(name, action, project)
        self.pipeline.tell(Action(name, role, self.pipeline.account, self.execution.failed == name))

    def beside(self, workspace: Path) -> "Run":
        """Another execution of the same release, which has come as far as this one."""
        workspace.mkdir()
        copied = Execution(variables=dict(self.execution.variables), artifacts=dict(self.execution.artifacts))
        return Run(self.pipeline, self.tip, workspace, {}, copied)

    def stage(self, name: str) -> Json:
        """A stage of the pipeline."""
        (found,) = (stage for stage in self.definition["stages"] if stage["name"] == name)
        stage: Json = found
        return stage

    def _source(self, action: Json) -> None:
        actor = self.pipeline.acting_as(self.definition["roleArn"], "codepipeline")
        name = action["outputArtifacts"][0]["name"]
        actor.does("see-artifact-store", {"bucket": self.store.bucket})
        folder = self.tip.checkout(action["configuration"], actor, self.workspace)
        # A connection's action gives what it stores to the bucket's owner
        # (https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html#how-to-custom-role-policy).
        by_connection = action["actionTypeId"]["provider"] == CONNECTION
        more = {"ACL": "bucket-owner-full-control"} if by_connection else {}
        self.execution.artifacts[name] = self.store.put(name, folder, actor, **more)

    @contextmanager
    def _failing_if_refused(self, name: str) -> Iterator[None]:
        """What AWS refuses to the role of an action fails the action."""
        try:
            yield
        except (ClientError, RightMissing) as error:
            self.execution.logs[name] = "\n".join(filter(None, [self.execution.logs.get(name), str(error)]))
            self.execution.failed = name

    def _build(self, name: str, action: Json, project: Json) -> None:
        self._start_build(project)
        actor = self.pipeline.acting_as(project["serviceRole"], "codebuild", project["arn"])
        self._log_of_build(project, actor)
        self._join_network(project, actor)
        folder = self.workspace / name.replace("/", "-")
        folder.mkdir()
        try:
            finished = self._prepared(action, project, actor, folder).run()
        except BuildFailedError as error:
            self.execution.logs[name] = error.log
            self.execution.failed = name
            return
        self.execution.logs[name] = finished.log
        self._hand_on(action, finished, actor)

    def _start_build(self, project: Json) -> None:
        actor = self.pipeline.acting_as(self.definition["roleArn"], "codepipeline")
        actor.does("start-build", {"project": project["name"], "build": f"{project['name']}:{uuid.uuid4()}"})

    def _log_of_build(self, project: Json, actor: RoleSession) -> None:
        """CodeBuild keeps what a build prints, as the build's role."""
        log = project["logsConfig"]["cloudWatchLogs"]
        stream = "/".join(filter(None, [log.get("streamName"), str(uuid.uuid4())]))
        actor.does("write-build-log", {"log-group": log["groupName"], "log-stream": stream})

    def _join_network(self, project: Json, actor: RoleSession) -> None:
        """CodeBuild makes an interface in the project's VPC, if it has one, as the build's role."""
        network = project.get("vpcConfig", {})
        if not network.get("vpcId"):
            return
        pipeline, subnets = self.pipeline, network["subnets"]
        with interfaces_in(pipeline.emulator, pipeline.account, pipeline.region, subnets) as interfaces:
            given = {"vpc": network["vpcId"], "subnets": subnets, "security-groups": network["securityGroupIds"]}
            actor.does("build-in-vpc", {**given, "interfaces": interfaces})

    def _prepared(self, action: Json, project: Json, actor: RoleSession, folder: Path) -> Build:
        configuration = action["configuration"]
        inputs = [each["name"] for each in action["inputArtifacts"]]
        primary = configuration.get("PrimarySource", inputs[0])
        given = json.loads(configuration.get("EnvironmentVariables", "[]"))
        return Build(
            project=project,
            sources=(primary, *(each for each in inputs if each != primary)),
            fetch=lambda name, target: self._fetch(self.execution.artifacts[name], target, actor),
            variables={**{each["name"]: self._resolved(each["value"]) for each in given}, **self.pipeline.instead},
            machine={**actor.variables, **self.pipeline.machine},
            python=self.pipeline.python,
            workspace=folder,
        )

    def _fetch(self, artifact: Artifact, target: Path, actor: RoleSession) -> None:
        actor.does("read-build-input", {"bucket": self.store.bucket, "keys": artifact.key})
        self.store.get(artifact, target, actor)

    def _hand_on(self, action: Json, finished: Finished, actor: RoleSession) -> None:
        for output in action.get("outputArtifacts", []):
            artifact = self.store.put(output["name"], finished.artifact, actor)
            stored = {"bucket": self.store.bucket, "key": artifact.key, "encryption-key": self.store.key_id}
            actor.does("store-build-output", stored)
            self.execution.artifacts[output["name"]] = artifact
        if "namespace" in action:
            exported = {(action["namespace"], key): value for key, value in finished.exported.items()}
            self.execution.variables.update(exported)

    def _resolved(self, text: str) -> str:
        def value(reference: re.Match[str]) -> str:
            return self.execution.variables[reference[1], reference[2]]

        return _REFERENCE.sub(value, text)


def _require(given: str, known: str, what: str) -> None:
    if given != known:
        raise PipelineNotRehearsed(f"{what} is {given!r}; the rehearsal knows {known!r} alone")
