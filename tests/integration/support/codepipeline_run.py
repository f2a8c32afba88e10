"""A delivery pipeline, run as CodePipeline does it, from the pipeline that stands in the emulator.

Stages, conditions, the order of actions, artifacts, variables, projects: nothing of it is written here again.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from codebuild_run import BuildFailedError, run_build
from sagemaker_templates.emulator import Emulator

Json = dict[str, Any]
_REFERENCE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")


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
    artifacts: dict[str, Path] = field(default_factory=dict)
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
    """The pipeline of one account; ``machine`` are the variables that the build machine itself needs."""

    emulator: Emulator
    account: str
    region: str
    name: str
    machine: Mapping[str, str] = field(default_factory=dict)

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
        self, repository: Path, workspace: Path, before: "Mapping[str, Callable[[Run], None]] | None" = None
    ) -> Execution:
        """Execute once; everything that waits for approval is approved.

        Args:
            repository: what is at the tip of the branch.
            workspace: an empty folder.
            before: what happens in the world just before an action, by ``Stage/Action``.
        """
        run = Run(self, repository, workspace, before or {})
        for stage in self.definition()["stages"]:
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


@dataclass
class Run:
    """An execution that is going on."""

    pipeline: DeliveryPipeline
    repository: Path
    workspace: Path
    before: "Mapping[str, Callable[[Run], None]]"
    execution: Execution = field(default_factory=Execution)

    def may_enter(self, stage: Json) -> bool:
        """Whether the stage's entry conditions hold; those that are there must be of the kind that is known here."""
        for condition in stage.get("beforeEntry", {}).get("conditions", []):
            assert condition["result"] == "SKIP"
            for rule in condition["rules"]:
                assert rule["ruleTypeId"]["provider"] == "VariableCheck"
                check = rule["configuration"]
                assert check["Operator"] == "EQ"
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
        if kind == "Source":
            self.execution.artifacts[action["outputArtifacts"][0]["name"]] = self.repository
        elif kind == "Approval":
            shown = action["configuration"]
            self.execution.approvals[name] = {key: self._resolved(value) for key, value in shown.items()}
        else:
            assert (kind, action["actionTypeId"]["provider"]) == ("Build", "CodeBuild")
            self._build(name, action)

    def beside(self, workspace: Path) -> "Run":
        """Another execution of the same release, which has come as far as this one."""
        workspace.mkdir()
        copied = Execution(variables=dict(self.execution.variables), artifacts=dict(self.execution.artifacts))
        return Run(self.pipeline, self.repository, workspace, {}, copied)

    def stage(self, name: str) -> Json:
        """A stage of the pipeline."""
        (found,) = (stage for stage in self.pipeline.definition()["stages"] if stage["name"] == name)
        stage: Json = found
        return stage

    def _build(self, name: str, action: Json) -> None:
        configuration = action["configuration"]
        inputs = [each["name"] for each in action["inputArtifacts"]]
        given = json.loads(configuration.get("EnvironmentVariables", "[]"))
        folder = self.workspace / name.replace("/", "-")
        folder.mkdir()
        try:
            finished = run_build(
                project=self.pipeline.project(configuration["ProjectName"]),
                sources={each: self.execution.artifacts[each] for each in inputs},
                primary=configuration.get("PrimarySource", inputs[0]),
                variables={each["name"]: self._resolved(each["value"]) for each in given},
                aws={
                    **self.pipeline.emulator.environment(self.pipeline.account, self.pipeline.region),
                    **self.pipeline.machine,
                },
                workspace=folder,
            )
        except BuildFailedError as error:
            self.execution.logs[name] = error.log
            self.execution.failed = name
            return
        self.execution.logs[name] = finished.log
        for output in action.get("outputArtifacts", []):
            self.execution.artifacts[output["name"]] = finished.artifact
        if "namespace" in action:
            exported = {(action["namespace"], key): value for key, value in finished.exported.items()}
            self.execution.variables.update(exported)

    def _resolved(self, text: str) -> str:
        def value(reference: re.Match[str]) -> str:
            return self.execution.variables[reference[1], reference[2]]

        return _REFERENCE.sub(value, text)
