"""Puts the file of a new project where it belongs, once all settings together are right with it."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from sagemaker_templates import idle_keys
from sagemaker_templates.authoring.draft import ID, NAME, Draft, id_for
from sagemaker_templates.authoring.project_file import Around, project_file
from sagemaker_templates.authoring.yaml_text import Value
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings import Configuration, InvalidSettings, schema
from sagemaker_templates.settings.described import Place
from sagemaker_templates.settings.folder import find
from sagemaker_templates.settings.model import Environment, Project
from sagemaker_templates.settings.networks import FIELDS as NETWORK
from sagemaker_templates.settings.problems import Problem, Report
from sagemaker_templates.temporary import temporary_folder
from sagemaker_templates.whole_file import write_new

_SCHEMA_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


@dataclass(frozen=True)
class NewProject:
    """A project whose file was written.

    Attributes:
        notes: what was noticed of it, a line each.
    """

    file: Path
    project: Project
    notes: tuple[str, ...]


def write_project(draft: Draft, environments: Path) -> NewProject:
    """Write the file of a project that is known whole: environment, name, template and what the template needs.

    Raises:
        WrongInput: the settings are wrong with it, or a file of that name is there; nothing was written.
    """
    environment, name, template = draft.environment, draft.name, draft.template
    file = draft.file(environments)
    if environment is None or name is None or template is None or file is None:
        raise ValueError("a draft that lacks something has no file")
    check_free(file)
    own = {NAME: name, ID: draft.keys.get(ID) or id_for(name, draft.configuration)}
    keys = {**own, **{key: value for key, value in draft.keys.items() if key not in own}}
    checks = _Checks(draft, environments, file)
    around = _around(draft, environment, environments, file)

    def text(around: Around) -> str:
        purpose = draft.templates[template].summary
        return project_file(
            template, keys, draft.templates, purpose=purpose, schema=_schema(environments, file), around=around
        )

    project, _ = checks.loaded(text(around))
    final = text(replace(around, left_out=_without_effect(project, draft)))
    project, notes = checks.loaded(final)
    try:
        write_new(file, final)
    except FileExistsError:
        check_free(file)
        raise
    return NewProject(file, project, notes)


def check_free(file: Path) -> None:
    """Make sure that no file of a project has the name.

    Raises:
        WrongInput: one has.
    """
    for there in (file, file.with_suffix(".yml")):
        if os.path.lexists(there):
            raise WrongInput(f"{there.as_posix()} is there already: choose another name, or edit that file")


@dataclass(frozen=True)
class _Checks:
    """Loads a copy of all settings with the new file in it: among the others nobody meets it before it is right."""

    draft: Draft
    environments: Path
    file: Path

    def loaded(self, text: str) -> tuple[Project, tuple[str, ...]]:
        """The project, and what is noticed of it."""
        with temporary_folder() as work:
            copy = work / (self.environments.resolve().name or "environments")
            for file in self._files():
                copied = copy / file.relative_to(self.environments)
                copied.parent.mkdir(parents=True, exist_ok=True)
                copied.write_bytes(file.read_bytes())
            # Of two files that contradict each other, the settings name the later one: that is to be the new one.
            new = (copy / self.file.relative_to(self.environments)).with_name(f"~{self.file.name}")
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(text, encoding="utf-8")
            try:
                configuration = load_configuration(copy)
            except InvalidSettings as invalid:
                lines = [self._told(problem, copy, new) for problem in invalid.problems]
                raise WrongInput("\n".join([*lines, "nothing was written"])) from None
            notes = [self._told(notice, copy, new) for notice in configuration.notices if notice.file == new]
        return self._own(configuration), tuple(notes)

    def _files(self) -> Iterator[Path]:
        for folder in find(self.environments, Report()):
            yield from folder.files

    def _own(self, configuration: Configuration) -> Project:
        here = (each for each in configuration.projects if each.environment == self.draft.environment)
        return next(each for each in here if each.name == self.draft.name)

    def _told(self, problem: Problem, copy: Path, new: Path) -> str:
        """A problem where its cause was typed: on the command line, or in a file that was there before."""
        message = re.sub(rf"{re.escape(new.as_posix())}(?::\d+)?", "the new project", problem.message)
        message = message.replace(copy.as_posix(), self.environments.as_posix())
        if problem.file != new:
            return str(replace(problem, file=self.environments / problem.file.relative_to(copy), message=message))
        key = problem.key or ""
        field = re.split(r"[.\[]", key)[0].replace("-", "_")
        place = f"--set {key}" if field in self.draft.keys else "ENV/NAME" if field == NAME else key
        return f"{place}: {message}"


def _around(draft: Draft, environment: Environment, environments: Path, file: Path) -> Around:
    folder = next(each for each in find(environments, Report()) if each.name == environment.name)
    team = folder.defaults_for(file)
    of_team = _keys(_read(team)) if team else {}
    own = draft.keys.get("promotes_to", of_team.get("promotes-to"))
    stages = (environment.name, *(map(str, own) if isinstance(own, list) else environment.promotes_to))
    networks = [_network(each) for each in draft.configuration.environments if each.name in stages]
    return Around(
        place=Place(environment.account_id, environment.region),
        stages=stages,
        inherited={"promotes-to": list(environment.promotes_to)}
        | {key: value for network in networks for key, value in network}
        | _keys(_read(folder.file).get("defaults")),
        of_team=of_team,
    )


def _network(environment: Environment) -> Iterator[tuple[str, Value]]:
    """What an environment says of its network, by the keys with which a project may say otherwise."""
    for field in NETWORK:
        value = getattr(environment.network, field)
        if value:
            yield f"{environment.name}-{field}".replace("_", "-"), list(value) if isinstance(value, tuple) else value


def _read(file: Path) -> dict[str, Any]:
    """A file as it is, which is right."""
    read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return read


def _keys(said: Mapping[str, Value] | None) -> dict[str, Value]:
    return {key.replace("_", "-"): value for key, value in (said or {}).items()}


def _without_effect(project: Project, draft: Draft) -> list[str]:
    """The keys that would make nothing in the project."""
    alone = Configuration(draft.configuration.environments, (project,))
    idle = idle_keys.notices(alone, draft.templates)
    fields = (f"{one.target}-{one.field}" if one.target else one.field for one in idle)
    return [field.replace("_", "-") for field in fields]


def _schema(environments: Path, file: Path) -> str | None:
    """Where editors find the schema: in the same checkout, or where the other projects' files say."""
    root, shipped = environments.resolve().parent, schema.FOLDER.resolve() / schema.PROJECT_SCHEMA
    if shipped.is_relative_to(root):
        return Path(os.path.relpath(shipped, file.parent.resolve())).as_posix()
    said = (_SCHEMA_LINE.match(_first_line(other)) for other in sorted(file.parent.glob("*.y*ml")))
    return next((found[1] for found in said if found), None)


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline()
