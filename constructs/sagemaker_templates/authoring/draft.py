"""A project that is being written down: what is known of it so far, and what its file still needs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from pydantic import create_model
from pydantic.fields import FieldInfo

from sagemaker_templates.authoring.yaml_text import Value, is_reference
from sagemaker_templates.settings.binding import bind
from sagemaker_templates.settings.document import Entry, ListNode, MapNode, Node, Scalar
from sagemaker_templates.settings.files import FileModel, ProjectKeys, TargetKeys
from sagemaker_templates.settings.folder import PROJECTS
from sagemaker_templates.settings.model import Configuration, Environment, Project, TemplateParameters
from sagemaker_templates.settings.problems import InvalidSettings, Report
from sagemaker_templates.settings.project_keys import target_fields
from sagemaker_templates.settings.variables import Variables, typed
from sagemaker_templates.templates.registry import Template

NAME = "sagemaker_project_name"
ID = "sagemaker_project_id"
TEMPLATE = "project_template_type"


@dataclass(frozen=True)
class Draft:
    """What is known of a project to come.

    Attributes:
        team: the folder below ``projects`` that its file will be in, if any.
        keys: what its file will say besides, by field (in snake_case).
    """

    configuration: Configuration
    templates: Mapping[str, Template]
    environment: Environment | None = None
    name: str | None = None
    template: str | None = None
    team: str | None = None
    keys: Mapping[str, Value] = field(default_factory=dict)

    def with_key(self, name: str, value: Value) -> "Draft":
        """The same with one key more."""
        return replace(self, keys={**self.keys, name: value})

    def file(self, environments: Path) -> Path | None:
        """Where its file will be; None as long as environment or name are not known."""
        if self.environment is None or self.name is None:
            return None
        folder = environments / self.environment.name / PROJECTS
        return (folder / self.team if self.team else folder) / f"{self.name}.yaml"

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """Every field that its file may hold: of any template as long as its own is not known."""
        names = [environment.name for environment in self.configuration.environments]
        prefixed = target_fields(names)
        templates = [self.templates[self.template]] if self.template else self.templates.values()
        return {
            **dict(ProjectKeys.model_fields),
            **{key: TargetKeys.model_fields[name] for key, (_, name) in prefixed.items()},
            **{key: info for one in templates for key, info in one.parameters.model_fields.items()},
        }

    def lacking(self) -> Iterator[tuple[str, FieldInfo]]:
        """The parameters that the template needs and that are not given."""
        if self.template:
            parameters = self.templates[self.template].parameters
            needed = self._alternative(parameters)
            for name, info in parameters.model_fields.items():
                if (info.is_required() or name in needed) and name not in self.keys:
                    yield name, info

    def _alternative(self, parameters: type[TemplateParameters]) -> tuple[str, ...]:
        """The fields of one group of those that take each other's place: that of which something is known."""
        groups = parameters.alternatives
        known = next((group for group in groups if set(group) & set(self.keys)), None)
        if known or not groups:
            return known or ()
        # The first is the simplest, as long as there is something that it can name.
        return groups[0] if any(self.makers) else groups[-1]

    @property
    def makers(self) -> Iterator[Project]:
        """The projects of its environment that register models."""
        here = (each for each in self.configuration.projects if each.environment == self.environment)
        return (each for each in here if self.templates[each.template].registers_models)


def value_of(text: str, info: FieldInfo) -> Value:
    """What somebody typed, as the type that a key has: a list is JSON or separated by commas, a map is JSON.

    Text that is neither stays text, for the settings to refuse.
    """
    if text.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return cast(Value, json.loads(text))
    return cast(Value, typed(text, info.annotation))


def objection(name: str, value: Value, info: FieldInfo) -> str | None:
    """Say what is wrong with the value of a key, in the words of the settings; None where nothing is.

    What only all of the settings together can tell is not looked at, nor what a variable holds.
    """
    if is_reference(value):
        return None
    fields: dict[str, Any] = {name: (info.rebuild_annotation(), ...)}
    alone = create_model("Alone", __base__=FileModel, **fields)
    nowhere, report = Path(), Report()
    entry = Entry(nowhere, 1, name.replace("_", "-"), _node(value, nowhere))
    bind(MapNode(nowhere, 1, (entry,)), alone, report, Variables({}, (), nowhere))
    try:
        report.raise_if_any()
    except InvalidSettings as invalid:
        return invalid.problems[0].message
    return None


def id_for(name: str, configuration: Configuration) -> str:
    """An id that no project of the configuration has: from the name, so that two people rarely choose one."""
    taken = {project.id for project in configuration.projects}
    stem = f"p-{name.replace('-', '')[:_LONGEST_STEM]}"
    return next(one for number in range(1, len(taken) + 2) if (one := f"{stem}{number:02}") not in taken)


_LONGEST_STEM = 14
"""An id has 20 characters, of which "p-" and up to four digits are not the name's."""


def _node(value: Value | None, file: Path) -> Node:
    match value:
        case None | str() | bool() | int() | float():
            return Scalar(file, 1, str(value), value)
        case Mapping():
            return MapNode(file, 1, tuple(Entry(file, 1, key, _node(inner, file)) for key, inner in value.items()))
    return ListNode(file, 1, tuple(_node(item, file) for item in value))
