"""What each module says, sorted by what it is about; what nothing here takes is recorded with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.conversion.choices import SET, Choices
from sagemaker_templates.conversion.homes import Home
from sagemaker_templates.conversion.manifests import Manifests, Module, Parameter
from sagemaker_templates.conversion.names import field_of, kebab
from sagemaker_templates.conversion.record import Entry, Origin, Outcome, Record
from sagemaker_templates.conversion.tables import MODULE_KEYS, OF_TEMPLATES
from sagemaker_templates.conversion.values import Given, Unavailable, Variables, fitted, value_of
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.catalogue import Catalogue, owners, parameters_of
from sagemaker_templates.settings.document import ListNode, MapNode, Node, Scalar
from sagemaker_templates.settings.files import ProjectKeys, TargetKeys
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.project_keys import target_fields
from sagemaker_templates.settings.spelling import did_you_mean

_IGNORED = "dropped: the module takes no notice of it"


@dataclass(frozen=True)
class Item:
    """One parameter with its value: ``origin`` is where the manifest has it, ``value`` may be ``--set``'s."""

    field: str
    origin: Origin
    value: Given


@dataclass(eq=False)
class Source:
    """One module, itself and no other that says the same.

    Attributes:
        template: the template, where that is known.
        own: the project's own keys, by field.
        stages: what is said about stages, by stage and field of that.
        missing: what settings cannot take although they have the key.
    """

    module: Module
    home: Home
    template: str | None = None
    own: dict[str, Item] = field(default_factory=dict)
    stages: dict[str, dict[str, Item]] = field(default_factory=dict)
    missing: list[tuple[str, Unavailable]] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """What modules are read with."""

    manifests: Manifests
    choices: Choices
    variables: Variables
    templates: Catalogue
    report: Report
    record: Record

    def sources(self, modules: list[Module], homes: list[Home]) -> list[Source]:
        """Each module with its values.

        Raises:
            WrongInput: something is set that no module takes.
        """
        found = [self._source(module, home) for module, home in zip(modules, homes, strict=True)]
        self._check_settings(found)
        return found

    def _source(self, module: Module, home: Home) -> Source:
        source = Source(module, home)
        for entry in module.others:
            row = MODULE_KEYS.get(field_of(entry.key))
            why = row.becomes if row else _IGNORED
            self._drop(source, entry.key, Origin(entry.file, entry.line, entry.key), why)
        values = dict(self._values(source))
        template = values.get("project_template_type")
        source.template = template.value.text if template and template.value.text in self.templates else None
        for item in values.values():
            self._sort(source, item)
        for _, unavailable in source.missing:
            self._drop(source, unavailable.origin.key, unavailable.origin, unavailable.why)
        return source

    def _values(self, source: Source) -> Iterator[tuple[str, Item]]:
        chosen = {parameter.field: parameter for parameter in self.choices.of_module(source.module)}
        given = {parameter.field: parameter for parameter in source.module.parameters}
        for name in {**given, **chosen}:
            parameter = chosen.get(name, given.get(name))
            if parameter is None:
                continue
            value = self._value(source, parameter)
            if isinstance(value, Unavailable):
                source.missing.append((name, value))
            elif value is not None:
                yield name, Item(name, given.get(name, parameter).origin, value)

    def _value(self, source: Source, parameter: Parameter) -> Given | Unavailable | None:
        deployment = self.manifests.deployment
        return value_of(parameter, source.home.lookup, deployment, self.variables, self.report)

    def _sort(self, source: Source, item: Item) -> None:
        about = target_fields(()).get(item.field)
        if item.value.is_known and _is_empty(item.value.node):
            self._drop(source, item.origin.key, item.origin, "dropped: it is empty, which is as if it were not given")
        elif about:
            source.stages.setdefault(about[0], {})[about[1]] = item
        elif item.field in ProjectKeys.model_fields or item.field in parameters_of(self.templates, source.template):
            source.own[item.field] = item
        elif item.value.origin.file.name != SET:
            self._drop(source, item.origin.key, item.origin, self._why_unknown(source, item))

    def _why_unknown(self, source: Source, item: Item) -> str:
        having = owners(self.templates, item.field)
        if having:
            return f"{_IGNORED}: it is a parameter of {', '.join(having)}, not of {source.template}"
        return f"{_IGNORED}{did_you_mean(kebab(item.field), self._known(source))}"

    def _known(self, source: Source) -> list[str]:
        own = parameters_of(self.templates, source.template)
        return [kebab(name) for name in (*ProjectKeys.model_fields, *own, *target_fields(()))]

    def _drop(self, source: Source, what: str, origin: Origin, why: str) -> None:
        self.record.add(Entry(source.module.name, what, origin, Outcome.DROPPED, why=why))

    def _check_settings(self, sources: list[Source]) -> None:
        taken = {id(parameter) for source in sources for parameter in self._taken(source)}
        for setting in self.choices.settings:
            if id(setting.parameter) not in taken:
                known = sorted({name for source in sources for name in self._known(source)})
                hint = did_you_mean(kebab(setting.parameter.field), known)
                raise WrongInput(f"{SET}: no module that is converted takes {setting.parameter.origin.key}{hint}")

    def _taken(self, source: Source) -> Iterator[Parameter]:
        known = self._known(source)
        for setting in self.choices.settings:
            if setting.module in ("", source.module.name) and kebab(setting.parameter.field) in known:
                yield setting.parameter


def data_of(item: Item, source: Source, templates: Catalogue) -> object:
    """The value in the form that its key has."""
    return fitted(item.value.node, _annotation(item.field, source.template, templates))


def _annotation(name: str, template: str | None, templates: Catalogue) -> object:
    about = target_fields(()).get(name)
    if about:
        return TargetKeys.model_fields[about[1]].annotation
    fields: Mapping[str, Any] = ProjectKeys.model_fields
    if name not in fields and template is not None:
        fields = templates[template].parameters.model_fields
    return fields[name].annotation if name in fields else str


def record_defaults(source: Source, file: str, templates: Catalogue, record: Record) -> None:
    """Record what the module leaves to a default that is the same here."""
    if source.template is None:
        return
    own = templates[source.template].parameters.model_fields
    said = {*source.own, *(missing for missing, _ in source.missing)}
    for name in ("repository_type", *OF_TEMPLATES.get(source.template, ())):
        info = ProjectKeys.model_fields.get(name) or own.get(name)
        if info is None or name in said or info.is_required() or info.default is None:
            continue
        default = str(info.default).lower() if isinstance(info.default, bool) else info.default
        why = f"not given: {default}, as in the module"
        record.add(
            Entry(source.module.name, kebab(name), source.module.origin, Outcome.DEFAULTED, file, kebab(name), why)
        )


def _is_empty(node: Node) -> bool:
    match node:
        case Scalar():
            return node.text.strip() in ("", "null", "~", "[]", "{}")
        case ListNode():
            return not node.items
        case MapNode():
            return not node.entries
    return False
