"""One build of a CodeBuild project, as CodeBuild does it: the buildspec that it names or holds, its own variables.

Everything is taken from the project as it stands in the emulator and from the buildspec as it stands in the source.
Only the installation of packages is left out, and the repository's own tests: the Python that runs the build has the
packages already. The one command of AWS's that the buildspecs use is stood in for.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.commands import run_to_end

_INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
# The repository's own tests, and what they need.
_TESTS = (
    *(_INSTALL.replace("requirements.txt", lock) for lock in ("requirements-dev.txt", "requirements-test.txt")),
    "python -m pytest --quiet --exitfirst",
)
_PHASES = ("install", "pre_build", "build", "post_build")

# Of the image's AWS CLI what the buildspecs use: `aws s3 cp --only-show-errors s3://BUCKET/KEY FILE`.
_AWS = """\
#!{python}
import sys
import boto3
if sys.argv[1:4] != ["s3", "cp", "--only-show-errors"]:
    sys.exit(f"only `aws s3 cp --only-show-errors` is stood in for, not {{sys.argv[1:]}}")
bucket, _, key = sys.argv[4].removeprefix("s3://").partition("/")
boto3.client("s3").download_file(bucket, key, sys.argv[5])
"""


class BuildFailedError(StepFailed):
    """A command of the build failed; ``log`` is all that it printed."""

    def __init__(self, project: str, log: str) -> None:
        super().__init__(f"the build of {project} failed:\n{log}")
        self.log = log


class BuildNotRehearsed(StepFailed):
    """A project or its buildspec has something that builds have in AWS and not here; the message names it."""


@dataclass(frozen=True)
class Finished:
    """What a build leaves behind.

    Attributes:
        exported: the values of the buildspec's ``exported-variables``.
        artifact: the folder with the files that the buildspec's ``artifacts`` name; empty where it names none.
    """

    log: str
    exported: Mapping[str, str]
    artifact: Path


@dataclass(frozen=True)
class Build:
    """A build that is to run.

    Attributes:
        project: as CodeBuild describes it (BatchGetProjects).
        sources: the input artifacts' names, the one with the buildspec first.
        fetch: puts the input artifact of a name into a new folder.
        variables: those of the pipeline's action, above those of the project.
        machine: how AWS is reached, and as whom, and whatever else this machine needs.
        python: of an environment that has what the repository's ``requirements.txt`` names.
        workspace: an empty folder.
    """

    project: Mapping[str, Any]
    sources: tuple[str, ...]
    fetch: Callable[[str, Path], None]
    variables: Mapping[str, str]
    machine: Mapping[str, str]
    python: Path
    workspace: Path

    def run(self) -> Finished:
        """Run the commands of all phases, until one fails.

        Raises:
            BuildFailedError: a command failed, or an artifact that the buildspec names is not there.
            BuildNotRehearsed: the project or the buildspec wants what there is not here.
        """
        folders = {name: self.workspace / f"src-{name}" for name in self.sources}
        for name, folder in folders.items():
            self.fetch(name, folder)
        source = folders[self.sources[0]]
        buildspec = _buildspec(str(self.project["source"]["buildspec"]), source)
        exports = self.workspace / "exported"
        names = buildspec.get("env", {}).get("exported-variables", [])
        script = "\n".join(["set -e", *_commands(buildspec), *_writing(names, exports)])
        ended = run_to_end(["bash", "-c", script], folder=source, environment=self._environment(buildspec, folders))
        if ended.code:
            raise BuildFailedError(self._name, ended.printed)
        return Finished(ended.printed, _read(exports), self._collected(buildspec, source, ended.printed))

    @property
    def _name(self) -> str:
        return str(self.project["name"])

    def _environment(self, buildspec: Mapping[str, Any], folders: Mapping[str, Path]) -> dict[str, str]:
        first, *others = self.sources
        commands = _commands_of_aws(self.workspace / "bin")
        return {
            "PATH": f"{commands}:{self.python.parent}:{os.environ['PATH']}",
            "TMPDIR": str(self.workspace),
            "HOME": str(self.workspace),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.machine,
            "CODEBUILD_SRC_DIR": str(folders[first]),
            **{f"CODEBUILD_SRC_DIR_{name}": str(folders[name]) for name in others},
            "CODEBUILD_BUILD_URL": f"https://console.invalid/codebuild/{self._name}",
            **self._variables(buildspec),
            **self.variables,
        }

    def _variables(self, buildspec: Mapping[str, Any]) -> dict[str, str]:
        of_project = self.project["environment"].get("environmentVariables", [])
        for each in of_project:
            if each.get("type", "PLAINTEXT") != "PLAINTEXT":
                raise BuildNotRehearsed(f"{self._name}: the variable {each['name']} is of the type {each['type']}")
        return {
            **buildspec.get("env", {}).get("variables", {}),
            **{each["name"]: each["value"] for each in of_project},
        }

    def _collected(self, buildspec: Mapping[str, Any], source: Path, log: str) -> Path:
        target = self.workspace / "artifact"
        target.mkdir()
        artifacts = buildspec.get("artifacts")
        if artifacts is None:
            return target
        base = source / str(artifacts.get("base-directory", "."))
        for pattern in artifacts["files"]:
            found = [path for path in base.glob(pattern) if path.is_file()]
            if not found:
                raise BuildFailedError(self._name, f"{log}\nthe buildspec's artifact {pattern} matches nothing")
            for path in found:
                copy = target / path.relative_to(base)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
        return target


def _buildspec(given: str, source: Path) -> Mapping[str, Any]:
    """Of the project itself, or a file of the source."""
    text = given if given.startswith("{") else (source / given).read_text(encoding="utf-8")
    buildspec: Mapping[str, Any] = yaml.safe_load(text)
    return buildspec


def _commands_of_aws(folder: Path) -> Path:
    folder.mkdir()
    (folder / "aws").write_text(_AWS.format(python=sys.executable), encoding="utf-8")
    (folder / "aws").chmod(0o755)
    return folder


def _commands(buildspec: Mapping[str, Any]) -> list[str]:
    phases = buildspec["phases"]
    commands = [command for phase in _PHASES for command in phases.get(phase, {}).get("commands", [])]
    if sum(command.endswith(_INSTALL) for command in commands) != 1:
        raise BuildNotRehearsed(f"a build installs its lock once, by `{_INSTALL}`: this buildspec does not")
    return [command for command in commands if not command.endswith(_INSTALL) and not command.startswith(_TESTS)]


def _writing(names: Iterable[str], exports: Path) -> list[str]:
    return [f"printf '%s=%s\\n' {name} \"${name}\" >> '{exports}'" for name in names]


def _read(exports: Path) -> dict[str, str]:
    if not exports.exists():
        return {}
    lines = exports.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
