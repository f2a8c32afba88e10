"""Finds the files: ``<environment>/environment.yaml`` and those of projects.

Projects are ``<environment>/projects/*.yaml`` and ``<environment>/projects/<team>/*.yaml``; of a team's folder
``defaults.yaml`` is what its projects have in common.
"""

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
DEFAULTS_FILE = "defaults.yaml"
_YAML = {".yaml", ".yml"}


@dataclass(frozen=True)
class EnvironmentFolder:
    """The files of one environment, sorted; the environment's own may not exist.

    Attributes:
        projects: those in the folders of teams among them.
        defaults: one for each team that has any.
    """

    name: str
    file: Path
    projects: tuple[Path, ...]
    defaults: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.file, *self.defaults, *self.projects)

    def defaults_for(self, project: Path) -> Path | None:
        """The file of what a project's team says for it."""
        return next((file for file in self.defaults if file.parent == project.parent), None)

    def team_of(self, project: Path) -> str | None:
        """The name of the folder that a project shares with others of its team."""
        return None if project.parent == self.file.with_name(PROJECTS) else project.parent.name


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
    _check_name(path, report, "an environment")
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
    found = list(_projects(path / PROJECTS, report))
    # Beside the folders of teams a file of that name is one of a project.
    defaults = [one for one in found if one.stem == Path(DEFAULTS_FILE).stem and one.parent != path / PROJECTS]
    projects = sorted(set(found).difference(defaults), key=_order)
    return EnvironmentFolder(path.name, file, tuple(projects), tuple(_first(defaults, report)))


def _order(path: Path) -> tuple[str, Path]:
    """By the files' own names, whichever folders they are in: of two that contradict each other the later is told."""
    return path.name, path


def name_problem(name: str, what: str) -> str | None:
    """Say what is wrong with the name of a folder, which is ``what``; None where nothing is."""
    rule = next(part for part in get_args(EnvironmentName) if isinstance(part, Rule))
    if rule.accepts(name):
        return None
    return f"{quoted(name)} is not allowed as the name of {what}; allowed: {rule.allowed}{rule.hint(name)}"


def _check_name(path: Path, report: Report, what: str) -> None:
    if wrong := name_problem(path.name, what):
        report.add(path, None, None, wrong)


def _projects(folder: Path, report: Report) -> Iterator[Path]:
    if not folder.exists():
        return
    if not folder.is_dir():
        report.add(folder, None, None, "is not a folder; it holds one file per project")
        return
    for path in _visible(folder):
        if path.is_dir():
            _check_name(path, report, "a team's folder")
            yield from _files(path, f"one .yaml or .yml file per project, and {DEFAULTS_FILE}", report)
    yield from _files(folder, "one .yaml or .yml file per project, and one folder per team", report, folders=True)


def _files(folder: Path, allowed: str, report: Report, *, folders: bool = False) -> Iterator[Path]:
    for path in _visible(folder):
        if path.is_file() and path.suffix in _YAML:
            yield path
        elif not (folders and path.is_dir()):
            report.add(path, None, None, f"is not read; allowed here: {allowed}")


def _first(defaults: list[Path], report: Report) -> Iterator[Path]:
    """One file for each folder."""
    first: dict[Path, Path] = {}
    for path in defaults:
        if first.setdefault(path.parent, path) is path:
            yield path
        else:
            report.add(path, None, None, f"is not read beside {first[path.parent].name}; put both into one")


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
