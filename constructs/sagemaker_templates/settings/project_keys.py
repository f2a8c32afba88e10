"""Sorts the lines of a project's file: what is common, what concerns an account, what is the template's."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.catalogue import Catalogue, owners, parameters_of
from sagemaker_templates.settings.document import Entry, Refused
from sagemaker_templates.settings.files import (
    DefaultKeys,
    EnvironmentKeys,
    NetworkKeys,
    ProjectKeys,
    S3StateKeys,
    TargetKeys,
)
from sagemaker_templates.settings.folder import ENVIRONMENT_FILE
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.shaping import report_unknown

# The names that the reference's parameters begin with; an environment of another name adds its own.
STAGES = ("dev", "pre-prod", "prod")


_ENVIRONMENTS_OWN = {
    **dict.fromkeys(EnvironmentKeys.model_fields.keys() - ProjectKeys.model_fields.keys(), ENVIRONMENT_FILE),
    **{
        field: f"{ENVIRONMENT_FILE}, under {parent}"
        for parent, model in (("network", NetworkKeys), ("state", S3StateKeys))
        for field in model.model_fields
        if field not in (*EnvironmentKeys.model_fields, "type")
    },
}
"""Where a key belongs that no project has; ``region`` is the environment's before it is the state's."""


@dataclass
class SortedEntries:
    """A project's lines by what they are for.

    Attributes:
        common: what every template has.
        targets: what is said about an account, by the name of the environment.
        template: the rest, which only the template can judge.
    """

    common: list[Entry] = field(default_factory=list)
    targets: dict[str, list[Entry]] = field(default_factory=dict)
    template: list[Entry] = field(default_factory=list)


def sort_entries(entries: Iterable[Entry], environments: Collection[str]) -> SortedEntries:
    """Sort lines by what they are for."""
    result = SortedEntries()
    prefixed = target_fields(environments)
    for entry in entries:
        if entry.field in ProjectKeys.model_fields:
            result.common.append(entry)
        elif entry.field in prefixed:
            environment, name = prefixed[entry.field]
            result.targets.setdefault(environment, []).append(entry.named(name))
        else:
            result.template.append(entry)
    return result


def target_fields(environments: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """What stands for what: ``pre_prod_vpc_id`` for the environment ``pre-prod`` and the field ``vpc_id``."""
    names = dict.fromkeys([*STAGES, *sorted(environments)])
    fields = TargetKeys.model_fields
    return {f"{name.replace('-', '_')}_{field}": (name, field) for name in names for field in fields}


def own_parameters(
    entries: Iterable[Entry],
    template: object,
    environments: Collection[str],
    templates: Catalogue,
    report: Report,
) -> tuple[list[Entry], set[str]]:
    """The lines that the template has a parameter for, and the fields that refused ones were meant for."""
    known = parameters_of(templates, template)
    right: list[Entry] = []
    meant: set[str] = set()
    for entry in entries:
        if entry.field in known:
            right.append(entry)
        elif not isinstance(entry.value, Refused):
            candidates = kebab([*ProjectKeys.model_fields, *known, *target_fields(environments)])
            meant.add(_refuse(entry, template, candidates, templates, report))
    return right, meant


_NO_DEFAULT = {
    "project_template_type": "since what a project is made of is read in its file",
    "sagemaker_project_name": "since no two may share it",
    "sagemaker_project_id": "since no two may share it",
    "protect_data": "since one line must not leave several open to be destroyed",
}
"""Why each project says these itself."""


def refuse_in_defaults(
    entries: Iterable[Entry],
    model: type[DefaultKeys],
    environments: Collection[str],
    templates: Catalogue,
    report: Report,
) -> None:
    """Report lines of defaults that belong into a project's file or nowhere.

    Args:
        model: what may stand there.
    """
    candidates = kebab([*model.model_fields, *target_fields(environments)])
    for entry in entries:
        if why := _NO_DEFAULT.get(entry.field):
            message = f"is each project's own, {why}; it belongs into the project's file"
            report.add(entry.file, entry.line, entry.key, message)
        elif entry.field in ProjectKeys.model_fields:
            message = "belongs beside defaults, where it holds for every project that does not say it itself"
            report.add(entry.file, entry.line, entry.key, message)
        elif not isinstance(entry.value, Refused):
            _refuse(entry, None, candidates, templates, report)


def _refuse(entry: Entry, template: object, candidates: list[str], templates: Catalogue, report: Report) -> str:
    having = owners(templates, entry.field)
    if not having and (place := _ENVIRONMENTS_OWN.get(entry.field)):
        already_there = entry.key.startswith("defaults.")
        where = f"beside defaults{place.removeprefix(ENVIRONMENT_FILE)}" if already_there else f"into its {place}"
        report.add(entry.file, entry.line, entry.key, f"is each environment's own; it belongs {where}")
        return ""
    if not having:
        return (report_unknown(entry, candidates, report) or "").replace("-", "_")
    which = "all templates" if template is None else str(template)
    report.add(entry.file, entry.line, entry.key, f"is a parameter of {', '.join(having)}, not of {which}")
    return ""
