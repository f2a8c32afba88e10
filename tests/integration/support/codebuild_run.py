"""One build of a CodeBuild project, as CodeBuild does it: the buildspec that it names or holds, its own variables.

Everything is taken from the project as it stands in the emulator and from the buildspec as it stands in the source.
Only the installation of packages is left out: the tests' own environment has them. The one command of AWS's that the
buildspecs use is stood in for.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
# Left out, too: the repository's own tests, which have a test of their own (tests/seed), and what they need.
_TESTS = (INSTALL.replace("requirements.txt", "requirements-dev.txt"), "python -m pytest --quiet --exitfirst")
_PHASES = ("install", "pre_build", "build", "post_build")


# Of the image's AWS CLI what the buildspecs use: `aws s3 cp --only-show-errors s3://BUCKET/KEY FILE`.
_AWS = """\
#!{python}
import sys
import boto3
assert sys.argv[1:4] == ["s3", "cp", "--only-show-errors"], sys.argv
bucket, _, key = sys.argv[4].removeprefix("s3://").partition("/")
boto3.client("s3").download_file(bucket, key, sys.argv[5])
"""


class BuildFailedError(AssertionError):
    """A command of the build failed; ``log`` is all that it printed."""

    def __init__(self, project: str, log: str) -> None:
        super().__init__(f"the build of {project} failed:\n{log}")
        self.log = log


@dataclass(frozen=True)
class Finished:
    """What a build leaves behind."""

    log: str
    exported: Mapping[str, str]
    artifact: Path


def run_build(
    *,
    project: Mapping[str, Any],
    sources: Mapping[str, Path],
    primary: str,
    variables: Mapping[str, str],
    aws: Mapping[str, str],
    workspace: Path,
) -> Finished:
    """Run a build.

    Args:
        project: as CodeBuild describes it.
        sources: the input artifacts by name.
        primary: the one that holds the buildspec.
        variables: those of the pipeline's action, above those of the project.
        aws: how AWS is reached, and as whom: what the container gets from CodeBuild.
        workspace: an empty folder.

    Raises:
        BuildFailedError: a command failed.
    """
    folders = {name: workspace / f"src-{name}" for name in sources}
    for name, folder in folders.items():
        shutil.copytree(sources[name], folder)
    source = folders[primary]
    buildspec = _buildspec(str(project["source"]["buildspec"]), source)
    exports = workspace / "exported"
    environment = {
        "PATH": f"{_commands_of_aws(workspace / 'bin')}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TMPDIR": str(workspace),
        "HOME": str(workspace),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **aws,
        "CODEBUILD_SRC_DIR": str(source),
        **{f"CODEBUILD_SRC_DIR_{name}": str(folder) for name, folder in folders.items() if name != primary},
        "CODEBUILD_BUILD_URL": f"https://console.invalid/codebuild/{project['name']}",
        **_variables(buildspec, project),
        **variables,
    }
    names = buildspec.get("env", {}).get("exported-variables", [])
    script = "\n".join(["set -e", *_commands(buildspec), *_writing(names, exports)])
    ended = subprocess.run(
        ["bash", "-c", script],
        cwd=source,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BuildFailedError(str(project["name"]), ended.stdout)
    artifact = workspace / "artifact"
    _collect(buildspec.get("artifacts"), source, artifact)
    return Finished(ended.stdout, _read(exports), artifact)


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
    assert sum(command.endswith(INSTALL) for command in commands) == 1, "every build installs exactly the lock"
    return [command for command in commands if not command.endswith(INSTALL) and command not in _TESTS]


def _variables(buildspec: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, str]:
    of_project = project["environment"].get("environmentVariables", [])
    assert all(each.get("type", "PLAINTEXT") == "PLAINTEXT" for each in of_project)
    return {
        **buildspec.get("env", {}).get("variables", {}),
        **{each["name"]: each["value"] for each in of_project},
    }


def _writing(names: Iterable[str], exports: Path) -> list[str]:
    return [f"printf '%s=%s\\n' {name} \"${name}\" >> '{exports}'" for name in names]


def _read(exports: Path) -> dict[str, str]:
    if not exports.exists():
        return {}
    lines = exports.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _collect(artifacts: Mapping[str, Any] | None, source: Path, target: Path) -> None:
    target.mkdir()
    if artifacts is None:
        return
    base = source / str(artifacts.get("base-directory", "."))
    for pattern in artifacts["files"]:
        found = [path for path in base.glob(pattern) if path.is_file()]
        assert found, f"the buildspec's artifact {pattern} matches nothing"
        for path in found:
            copy = target / path.relative_to(base)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
