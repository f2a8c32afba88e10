"""One execution of a CodePipeline pipeline that Terraform created on the emulator, which itself runs nothing.

The definition is read back from the emulator: stages, actions in their run order, variables, artifacts, conditions.
Builds run on this machine, with the service role of their project assumed. The rules come from
https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html and
https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codebuild import Build, Machine, Sources, run_build
from sagemaker_templates.emulator import Emulator

_VARIABLE = re.compile(r"#\{(?P<namespace>[\w@-]+)\.(?P<name>\w+)\}")


@dataclass(frozen=True)
class Approval:
    """What the person who is asked sees."""

    stage: str
    text: str
    link: str


@dataclass
class Execution:
    """What an execution did.

    Attributes:
        stages: name → ``Succeeded``, ``Skipped``, ``Failed`` or, after a failure, nothing.
        builds: by stage and action.
        approvals: what was asked, in order.
        variables: by namespace.
    """

    stages: dict[str, str] = field(default_factory=dict)
    builds: dict[tuple[str, str], Build] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)
    variables: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """What all builds printed."""
        return "\n".join(f"# {stage} {action}\n{build.log}" for (stage, action), build in self.builds.items())


@dataclass(frozen=True)
class Delivery:
    """A pipeline in an account, and how its executions are run.

    Attributes:
        machine: what its builds run on; its environment holds no credentials.
        work: an empty folder.
        approve: answers an approval; by default everything is approved.
    """

    emulator: Emulator
    account_id: str
    region: str
    pipeline: str
    machine: Machine
    work: Path
    approve: Callable[[Approval], bool] = lambda approval: True

    def run(self) -> Execution:
        """Run one execution from its source to its end."""
        folder = self.work / f"execution-{len(list(self.work.iterdir()))}"
        folder.mkdir()
        return _Run(self, folder, Execution()).through(self._stages())

    def _stages(self) -> Sequence[Mapping[str, Any]]:
        client = self.emulator.client("codepipeline", self.account_id, self.region)
        stages: Sequence[Mapping[str, Any]] = client.get_pipeline(name=self.pipeline)["pipeline"]["stages"]
        return stages


@dataclass(frozen=True)
class _Run:
    delivery: Delivery
    folder: Path
    execution: Execution

    def through(self, stages: Sequence[Mapping[str, Any]]) -> Execution:
        for stage in stages:
            status = self._stage(stage)
            self.execution.stages[stage["name"]] = status
            if status == "Failed":
                break
        return self.execution

    def _stage(self, stage: Mapping[str, Any]) -> str:
        for condition in stage.get("beforeEntry", {}).get("conditions", []):
            if not all(self._holds(rule) for rule in condition["rules"]):
                return {"SKIP": "Skipped", "FAIL": "Failed"}[condition["result"]]
        actions = sorted(stage["actions"], key=lambda action: action.get("runOrder", 1))
        done = all(self._action(stage["name"], action) for action in actions)
        return "Succeeded" if done else "Failed"

    def _holds(self, rule: Mapping[str, Any]) -> bool:
        assert rule["ruleTypeId"]["provider"] == "VariableCheck", rule
        configuration = rule["configuration"]
        assert configuration["Operator"] == "EQ", rule
        return self._resolved(configuration["Variable"]) == str(configuration["Value"])

    def _action(self, stage: str, action: Mapping[str, Any]) -> bool:
        kind = action["actionTypeId"]
        match kind["category"], kind["provider"]:
            case "Source", "CodeCommit":
                self._check_out(action)
                return True
            case "Approval", "Manual":
                return self._ask(stage, action)
            case "Build", "CodeBuild":
                return self._build(stage, action)
        raise AssertionError(f"no rule for an action of {kind}")

    def _check_out(self, action: Mapping[str, Any]) -> None:
        settings, delivery = action["configuration"], self.delivery
        codecommit = delivery.emulator.client("codecommit", delivery.account_id, delivery.region)
        branch = {"repositoryName": settings["RepositoryName"], "commitSpecifier": settings["BranchName"]}
        target = self._artifact(action["outputArtifacts"][0])
        pending = ["/"]
        while pending:
            content = codecommit.get_folder(folderPath=pending.pop(), **branch)
            pending += [each["absolutePath"] for each in content["subFolders"]]
            for file in content["files"]:
                path = target / file["absolutePath"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(codecommit.get_file(filePath=file["absolutePath"], **branch)["fileContent"])

    def _ask(self, stage: str, action: Mapping[str, Any]) -> bool:
        settings = action.get("configuration", {})
        text, link = (self._resolved(settings.get(name, "")) for name in ("CustomData", "ExternalEntityLink"))
        approval = Approval(stage, text, link)
        self.execution.approvals.append(approval)
        return self.delivery.approve(approval)

    def _build(self, stage: str, action: Mapping[str, Any]) -> bool:
        delivery, settings = self.delivery, action["configuration"]
        project = self._project(settings["ProjectName"])
        name = action["name"]
        work = self.folder / f"{stage}-{name}"
        work.mkdir()
        build = run_build(
            replace(
                delivery.machine,
                environment={**delivery.machine.environment, **self._identity(project, f"{stage}-{name}")},
            ),
            project["source"]["buildspec"],
            self._sources(action),
            {**_variables(project["environment"]["environmentVariables"]), **self._of_action(settings)},
            work=work,
            artifact=self._output(action, work),
        )
        self.execution.builds[stage, name] = build
        if namespace := action.get("namespace"):
            self.execution.variables[namespace] = build.variables
        return build.succeeded

    def _project(self, name: str) -> Mapping[str, Any]:
        codebuild = self.delivery.emulator.client("codebuild", self.delivery.account_id, self.delivery.region)
        project: Mapping[str, Any] = codebuild.batch_get_projects(names=[name])["projects"][0]
        return project

    def _identity(self, project: Mapping[str, Any], build: str) -> dict[str, str]:
        """The project's role, assumed, and the variables that CodeBuild sets for the build."""
        delivery = self.delivery
        sts = delivery.emulator.client("sts", delivery.account_id, delivery.region)
        session = sts.assume_role(RoleArn=project["serviceRole"], RoleSessionName="AWSCodeBuild")["Credentials"]
        return {
            **delivery.emulator.environment(delivery.account_id, delivery.region),
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_REGION": delivery.region,
            "AWS_DEFAULT_REGION": delivery.region,
            "CODEBUILD_BUILD_ID": f"{project['name']}:{build}",
            "CODEBUILD_BUILD_URL": f"https://{delivery.region}.console.aws.amazon.com/codebuild/{build}",
        }

    def _of_action(self, settings: Mapping[str, str]) -> dict[str, str]:
        variables = _variables(json.loads(settings.get("EnvironmentVariables", "[]")))
        return {name: self._resolved(value) for name, value in variables.items()}

    def _sources(self, action: Mapping[str, Any]) -> Sources:
        inputs = [artifact["name"] for artifact in action["inputArtifacts"]]
        primary = action["configuration"].get("PrimarySource", inputs[0])
        assert len(inputs) == 1 or "PrimarySource" in action["configuration"], "several inputs need a PrimarySource"
        folders = {name: self.folder / "artifacts" / name for name in inputs}
        return Sources(folders.pop(primary), folders)

    def _output(self, action: Mapping[str, Any], work: Path) -> Path:
        outputs = action.get("outputArtifacts", [])
        return self._artifact(outputs[0]) if outputs else work / "no-artifact"

    def _artifact(self, artifact: Mapping[str, str]) -> Path:
        folder = self.folder / "artifacts" / artifact["name"]
        folder.mkdir(parents=True)
        return folder

    def _resolved(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            return self.execution.variables[found["namespace"]][found["name"]]

        return _VARIABLE.sub(value, text)


def _variables(declared: Sequence[Mapping[str, str]]) -> dict[str, str]:
    assert all(variable.get("type", "PLAINTEXT") == "PLAINTEXT" for variable in declared), declared
    return {variable["name"]: variable["value"] for variable in declared}
