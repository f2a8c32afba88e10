"""One build of a CodeBuild project, run on this machine as CodeBuild runs it: phases, variables, artifacts.

What is executed is the buildspec that stands in the sources. The rules come from
https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html and
https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html.
"""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_PHASES = ("install", "pre_build", "build", "post_build")

# One shell for all commands of a phase; what it exports, and where it ends, is there for the next phase.
_KEEP = 'trap \'code=$?; env -0 > "$KEPT/environment"; pwd > "$KEPT/folder"; exit $code\' EXIT\nset -e\n'


@dataclass(frozen=True)
class Sources:
    """The folders that a build starts with; the first one named is where its commands run."""

    primary: Path
    secondary: Mapping[str, Path]


@dataclass(frozen=True)
class Build:
    """A finished build.

    Attributes:
        variables: the exported ones.
        log: what its commands printed.
    """

    succeeded: bool
    variables: Mapping[str, str]
    log: str


@dataclass(frozen=True)
class Machine:
    """What every build on this machine has.

    Attributes:
        environment: the whole environment of a build, before the project's and the action's variables.
        left_out: says which commands are not run: those that fetch packages, which are there already.
    """

    environment: Mapping[str, str]
    left_out: Callable[[str], bool] = lambda command: False


def run_build(
    machine: Machine, buildspec: str, sources: Sources, variables: Mapping[str, str], *, work: Path, artifact: Path
) -> Build:
    """Run a build.

    Args:
        buildspec: its path in the primary sources.
        variables: the project's and the action's.
        work: an empty folder for the build.
        artifact: the folder to put the build's artifact in, if it has one and succeeds.
    """
    specification = yaml.safe_load((sources.primary / buildspec).read_text(encoding="utf-8"))
    declared = {name: str(value) for name, value in specification.get("env", {}).get("variables", {}).items()}
    folder = _checked_out(sources, work)
    environment = {
        **machine.environment,
        **declared,
        **variables,
        **{name: str(path) for name, path in folder.items()},
        "KEPT": str(work),
    }
    succeeded, environment, log = _phases(specification["phases"], machine, environment, work)
    if succeeded and "artifacts" in specification:
        _collect(specification["artifacts"], folder["CODEBUILD_SRC_DIR"], artifact)
    exported = specification.get("env", {}).get("exported-variables", [])
    return Build(succeeded, {name: environment[name] for name in exported if name in environment}, log)


def _checked_out(sources: Sources, work: Path) -> dict[str, Path]:
    """Copies of the sources, by the variables that name them."""
    copies = {"CODEBUILD_SRC_DIR": sources.primary} | {
        f"CODEBUILD_SRC_DIR_{name}": path for name, path in sources.secondary.items()
    }
    return {variable: Path(shutil.copytree(path, work / variable)) for variable, path in copies.items()}


def _phases(
    phases: Mapping[str, Any], machine: Machine, environment: Mapping[str, str], work: Path
) -> tuple[bool, dict[str, str], str]:
    """Run the phases; after a failed one only ``post_build`` runs, and only if ``build`` was begun."""
    kept, succeeded, log, begun = dict(environment), True, "", set[str]()
    (work / "folder").write_text(environment["CODEBUILD_SRC_DIR"])
    for name in _PHASES:
        if not succeeded and not (name == "post_build" and "build" in begun):
            continue
        begun.add(name)
        commands = [each for each in phases.get(name, {}).get("commands", []) if not machine.left_out(each)]
        kept["CODEBUILD_BUILD_SUCCEEDING"] = str(int(succeeded))
        fine, kept, printed = _phase(commands, kept, work)
        succeeded, log = succeeded and fine, log + printed
    return succeeded, kept, log


def _phase(commands: Sequence[str], environment: Mapping[str, str], work: Path) -> tuple[bool, dict[str, str], str]:
    finished = subprocess.run(
        ["bash", "-c", _KEEP + "\n".join(commands)],
        cwd=(work / "folder").read_text().strip(),
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        check=False,
    )
    pairs = (work / "environment").read_text(encoding="utf-8").split("\0")
    kept = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    return finished.returncode == 0, kept, finished.stdout


def _collect(artifacts: Mapping[str, Any], sources: Path, target: Path) -> None:
    base = sources / artifacts.get("base-directory", ".")
    chosen = {path for pattern in artifacts["files"] for path in base.glob(pattern) if path.is_file()}
    assert chosen, f"the build has no file for its artifact: {artifacts['files']}"
    for path in sorted(chosen):
        copy = target / path.relative_to(base)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
