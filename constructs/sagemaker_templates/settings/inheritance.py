"""What projects have in common: said by an environment under ``defaults``, or by a team in ``defaults.yaml``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sagemaker_templates.settings import project_keys, seed_farmer
from sagemaker_templates.settings.binding import bind
from sagemaker_templates.settings.document import Entry, MapNode, read
from sagemaker_templates.settings.environments import EnvironmentSource
from sagemaker_templates.settings.files import DefaultKeys, TeamKeys
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.shaping import without_repeats
from sagemaker_templates.settings.surroundings import Surroundings, bind_targets
from sagemaker_templates.settings.variables import is_reference

_BY_KEY = ("tags", "custom_tags")
"""Maps of a team that a project's own are laid above, key by key; every other key is replaced."""


def read_settings(file: Path, report: Report) -> MapNode | None:
    """What a file holds; None, with the reason in the report, where that is no map of settings."""
    if manifest := seed_farmer.described(file):
        report.add(file, None, None, manifest)
        return None
    return read(file, report)


def check_defaults(source: EnvironmentSource, around: Surroundings) -> None:
    """Report what is wrong with an environment's ``defaults``, even where no project inherits them."""
    _check(source.defaults, source.folder.file, DefaultKeys, source, around)


def read_teams(sources: Iterable[EnvironmentSource], around: Surroundings) -> Mapping[Path, tuple[Entry, ...]]:
    """What each team says for its projects, by its file; what is wrong with it is reported, whoever inherits it."""
    return {file: _read_team(file, source, around) for source in sources for file in source.folder.defaults}


def with_inherited(node: MapNode, source: EnvironmentSource, around: Surroundings) -> list[Entry]:
    """The lines of a project and those that it inherits, the nearest to it first."""
    found = {entry.field: entry for entry in without_repeats(node, around.report)}
    file = source.folder.defaults_for(node.file)
    for entry in _inheritable(around.teams[file] if file else (), TeamKeys, around):
        own = found.setdefault(entry.field, entry)
        if own is not entry and entry.field in _BY_KEY:
            found[entry.field] = _together(own, entry)
    for entry in _inheritable(source.defaults, DefaultKeys, around):
        found.setdefault(entry.field, entry)
    return list(found.values())


def _read_team(file: Path, source: EnvironmentSource, around: Surroundings) -> tuple[Entry, ...]:
    node = read_settings(file, around.report)
    # What a project inherits is told from what it says itself by its name.
    entries = tuple(entry.named(entry.key) for entry in node) if node else ()
    _check(entries, file, TeamKeys, source, around)
    return entries


def _check(
    given: Iterable[Entry], file: Path, model: type[DefaultKeys], source: EnvironmentSource, around: Surroundings
) -> None:
    entries = list(without_repeats(given, around.report))
    sorted_ = project_keys.sort_entries(entries, around.sources)
    common = [entry for entry in sorted_.common if entry.field in model.model_fields]
    refused = [entry for entry in [*sorted_.common, *sorted_.template] if entry not in common]
    project_keys.refuse_in_defaults(refused, model, around.sources, around.templates, around.report)
    bind(MapNode(file, 1, tuple(common)), model, around.report, source.variables)
    bind_targets(source, file, sorted_.targets, around)


def _inheritable(given: Iterable[Entry], model: type[DefaultKeys], around: Surroundings) -> Iterator[Entry]:
    """The lines that may stand there; the others are reported once, by ``_check``."""
    fields = {*model.model_fields, *project_keys.target_fields(around.sources)}
    return without_repeats((entry for entry in given if entry.field in fields), around.report)


def _together(above: Entry, below: Entry) -> Entry:
    """A project's map with what only its team's has."""
    own, others = above.value, below.value
    if not isinstance(own, MapNode) or not isinstance(others, MapNode) or is_reference(own) or is_reference(others):
        return above
    given = {entry.key for entry in own}
    more = (entry for entry in others if entry.key not in given)
    return replace(above, value=replace(own, entries=(*more, *own)))
