"""Reads one project's file and completes it from its environment."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sagemaker_templates.settings import (
    domains,
    inheritance,
    locations,
    project_keys,
    promotion,
    repositories,
    tagging,
    targets,
)
from sagemaker_templates.settings.alternatives import wrong_choices
from sagemaker_templates.settings.binding import Bound, bind
from sagemaker_templates.settings.document import Entry, MapNode
from sagemaker_templates.settings.environments import EnvironmentSource
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.folder import DEFAULTS_FILE, ENVIRONMENT_FILE
from sagemaker_templates.settings.model import Environment, Project, Target, TemplateParameters
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import did_you_mean, quoted
from sagemaker_templates.settings.surroundings import Surroundings, bind_targets

NameChecks = Callable[[Project], Iterable[str]]


@dataclass(frozen=True)
class ProjectSource:
    """What was read of one project; ``parameters`` is None where its template is not known."""

    file: Path
    environment: EnvironmentSource
    keys: Bound[ProjectKeys]
    targets: targets.TargetParameters
    parameters: Bound[TemplateParameters] | None


def read_project(file: Path, source: EnvironmentSource, around: Surroundings) -> ProjectSource | None:
    """Read one project; None, with the reason in the report, where the file is not readable."""
    around = around.of_project(file, source)
    node = inheritance.read_settings(file, around.report)
    if node is None or _is_misnamed(node, source, around):
        return None
    sorted_ = project_keys.sort_entries(inheritance.with_inherited(node, source, around), around.sources)
    template = _template(sorted_.common, file, source, around)
    parameters, meant = project_keys.own_parameters(
        sorted_.template, template, around.sources, around.templates, around.report
    )
    common = MapNode(file, 1, tuple(sorted_.common))
    return ProjectSource(
        file,
        source,
        keys=bind(common, ProjectKeys, around.report, source.variables, meant=meant),
        targets=bind_targets(source, file, sorted_.targets, around),
        parameters=_bind_parameters(MapNode(file, 1, tuple(parameters)), template, meant, source, around),
    )


def assemble(source: ProjectSource, around: Surroundings) -> Project | None:
    """The project, completed from its environment; None where a problem stands in the way."""
    around = around.of_project(source.file, source.environment)
    environment = source.environment.environment
    repositories.check(source.keys, environment, around.report)
    if environment is None:
        return None
    locations.check_services(source.keys, environment, around.report)
    domains.check(source.keys, environment, around.report)
    locations.check_bucket(source.keys, environment.region, around.report)
    locations.check_targets(source.targets, environment, around.report)
    network = targets.own_network(environment, source.targets.get(environment.name), around.report)
    promoted = targets.promotion_targets(
        _promotion(source, environment, around), source.targets, around.sources, around.report
    )
    tags = tagging.merged(_tag_layers(environment.tags, source.keys), around.report)
    keys, parameters = source.keys.value, source.parameters
    if keys is None or parameters is None or parameters.value is None:
        return None
    return Project(
        environment=environment,
        template=keys.project_template_type,
        name=keys.sagemaker_project_name,
        id=keys.sagemaker_project_id,
        parameters=parameters.value,
        network=network,
        targets=tuple(_completed(target, source.keys, around) for target in promoted),
        repository=repositories.repository(source.keys, keys),
        domain_id=keys.sagemaker_domain_id,
        domain_arn=keys.sagemaker_domain_arn,
        cross_account_external_id=keys.cross_account_external_id,
        permissions_boundary_name=keys.permissions_boundary_name or environment.permissions_boundary_name,
        s3_access_logs_bucket_arn=keys.s3_access_logs_bucket_arn or environment.s3_access_logs_bucket_arn,
        tags=tags,
        promotes_to=keys.promotes_to,
        protect_data=keys.protect_data,
        team=source.environment.folder.team_of(source.file),
    )


def _promotion(source: ProjectSource, environment: Environment, around: Surroundings) -> targets.Promotion:
    described = [name for name in source.targets if targets.is_described(name, around.sources)]
    is_known = promotion.check_names(
        source.keys,
        [*around.sources, *described],
        around.report,
        own=environment.name,
        called="the project's own environment",
    )
    entry, own = source.keys.entry(promotion.FIELD), source.keys.fields.get(promotion.FIELD)
    if entry and own:
        locations.check_promoted(entry, own, environment, around.sources, around.report)
    return targets.Promotion(
        environment,
        names=environment.promotes_to if own is None else own,
        is_own=own is not None,
        is_known=is_known,
        file=source.file,
        of_siblings=around.promoted.get(environment.name, ()),
    )


def promoted_by_projects(read: Iterable[ProjectSource]) -> Mapping[str, Collection[str]]:
    """Where projects go by their own word, by the environment that they are in."""
    found: dict[str, set[str]] = {}
    for source in read:
        own = source.keys.fields.get(promotion.FIELD) or ()
        found.setdefault(source.environment.folder.name, set()).update(own)
    return found


def check_names(source: ProjectSource, project: Project, name_checks: NameChecks, report: Report) -> None:
    """Report what is wrong with the names derived from a project's, at the line of its name."""
    entry = source.keys.entry("sagemaker_project_name")
    for message in name_checks(project):
        if entry:
            report.add(entry.file, entry.line, entry.key, f"{quoted(project.name)} {message}")


def _is_misnamed(node: MapNode, source: EnvironmentSource, around: Surroundings) -> bool:
    """Whether a file is meant to hold defaults, and stands where or is named as one that holds a project."""
    if node.get("project_template_type") or not did_you_mean(node.file.name, [DEFAULTS_FILE]):
        return False
    if source.folder.team_of(node.file) is None:
        where = f"stands under defaults of {ENVIRONMENT_FILE}, or of a team's in a folder of their own"
        around.report.add(node.file, None, None, f"is read as a project; what projects have in common {where}")
    else:
        around.report.add(node.file, None, None, f'is read as a project; did you mean "{DEFAULTS_FILE}"?')
    return True


def _template(common: Iterable[Entry], file: Path, source: EnvironmentSource, around: Surroundings) -> object:
    """The template's name as far as it is known before the rest of the file is judged."""
    entries = tuple(entry for entry in common if entry.field == "project_template_type")
    quiet = Report()
    name = bind(MapNode(file, 1, entries), ProjectKeys, quiet, source.variables).fields.get("project_template_type")
    if name is not None and name not in around.templates:
        allowed = ", ".join(around.templates)
        hint = did_you_mean(name, around.templates)
        message = f"{quoted(name)} is not a template; allowed: {allowed}{hint}"
        around.report.add(file, entries[0].line, entries[0].key, message)
        return None
    return name


def _bind_parameters(
    node: MapNode, template: object, meant: set[str], source: EnvironmentSource, around: Surroundings
) -> Bound[TemplateParameters] | None:
    if not isinstance(template, str):
        return None
    model = around.templates[template].parameters
    for name, message in wrong_choices(model, {entry.field for entry in node} | meant):
        entry = node.get(name)
        line, key = (entry.line, entry.key) if entry else (1, name.replace("_", "-"))
        around.report.add(node.file, line, key, message)
    return bind(node, model, around.report, source.variables, meant=meant)


def _completed(target: Target, keys: Bound[ProjectKeys], around: Surroundings) -> Target:
    """The target with what the project says for every account, and what else its environment says."""
    source = around.sources.get(target.name)
    environment = source.environment if source else None
    tags = _tag_layers(environment.tags if environment else {}, keys)
    return replace(
        target,
        permissions_boundary_name=keys.fields.get("permissions_boundary_name")
        or (environment.permissions_boundary_name if environment else None),
        # A template that creates something there checks them; what is wrong with the project's own is reported once.
        tags=tagging.merged(tags, Report()),
    )


def _tag_layers(environment_tags: Mapping[str, str], keys: Bound[Any]) -> list[tagging.Layer]:
    given = [(keys.fields.get(name) or {}, keys.entry(name)) for name in ("tags", "custom_tags")]
    return [(environment_tags, None), *given]
