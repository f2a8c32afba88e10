"""Finds the files: ``<environment>/environment.yaml`` and ``<environment>/projects/*.yaml``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sagemaker_templates.settings.fields import EnvironmentName
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.rules import Rule
from sagemaker_templates.settings.spelling import did_you_mean, quoted

ENVIRONMENT_FILE = "environment.yaml"
PROJECTS = "projects"
_YAML = {".yaml", ".yml"}


@dataclass(frozen=True)
class EnvironmentFolder:
    """The files of one environment, sorted; the environment's own may not exist."""

    name: str
    file: Path
    projects: tuple[Path, ...]


def find(folder: Path, report: Report) -> list[EnvironmentFolder]:
    """The environments of a folder, sorted by name; what does not belong there, or cannot be read, is reported."""
    try:
        return _found(folder, report)
    except OSError as error:
        report.add(Path(error.filename or folder), None, None, f"cannot be read: {error.strerror}")
        return []


def _found(folder: Path, report: Report) -> list[EnvironmentFolder]:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        report.add(folder, None, None, f"{what}; a folder with one folder per environment is needed")
        return []
    found = [_environment(path, report) for path in _visible(folder) if _is_environment(path, report)]
    if not found:
        needed = f"it needs at least one folder with an {ENVIRONMENT_FILE}"
        report.add(folder, None, None, f"holds no environment; {needed}")
    return found


def _is_environment(path: Path, report: Report) -> bool:
    if path.is_dir():
        return True
    if path.suffix in _YAML:
        needed = f"an environment is a folder with an {ENVIRONMENT_FILE}"
        report.add(path, None, None, f"is in no environment's folder; {needed}")
    return False


def _environment(path: Path, report: Report) -> EnvironmentFolder:
    _check_name(path, report)
    file = path / ENVIRONMENT_FILE
    others = [other for other in _visible(path) if other.name not in (ENVIRONMENT_FILE, PROJECTS)]
    misnamed = [other for other in others if other.is_dir() or other.suffix in _YAML]
    for other in misnamed:
        right = [PROJECTS] if other.is_dir() else [ENVIRONMENT_FILE]
        allowed = f"allowed here: {ENVIRONMENT_FILE} and the folder {PROJECTS}"
        report.add(other, None, None, f"is not read; {allowed}{did_you_mean(other.name, right)}")
    if not file.is_file() and not any(did_you_mean(other.name, [ENVIRONMENT_FILE]) for other in misnamed):
        report.add(
            file,
            None,
            None,
            "does not exist; every environment has one, with its account-id, region and state",
        )
    return EnvironmentFolder(path.name, file, tuple(_projects(path / PROJECTS, report)))


def _check_name(path: Path, report: Report) -> None:
    rule = next(part for part in get_args(EnvironmentName) if isinstance(part, Rule))
    if not rule.accepts(path.name):
        allowed = f"allowed: {rule.allowed}{rule.hint(path.name)}"
        report.add(path, None, None, f"{quoted(path.name)} is not allowed as the name of an environment; {allowed}")


def _projects(folder: Path, report: Report) -> Iterator[Path]:
    if not folder.exists():
        return
    if not folder.is_dir():
        report.add(folder, None, None, "is not a folder; it holds one file per project")
        return
    for path in _visible(folder):
        if path.is_file() and path.suffix in _YAML:
            yield path
        else:
            report.add(path, None, None, "is not read; allowed here: one .yaml or .yml file per project")


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
