"""Loads a folder of environments: everything a user wrote, checked together."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sagemaker_templates.settings import inheritance, locations, repositories, uniqueness
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.completion import Around, Complete, complete_all
from sagemaker_templates.settings.environments import EnvironmentSource, read_environment
from sagemaker_templates.settings.folder import find
from sagemaker_templates.settings.model import Configuration, Environment, Project
from sagemaker_templates.settings.objections import Objection, TemplateChecks, report_notices, report_objections
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.projects import (
    NameChecks,
    ProjectSource,
    assemble,
    check_names,
    promoted_by_projects,
    read_project,
)
from sagemaker_templates.settings.surroundings import Surroundings


def _no_checks(project: Project) -> tuple[str, ...]:
    return ()


def _no_objections(configuration: Configuration) -> tuple[Objection, ...]:
    return ()


def _as_they_are(around: Around) -> Sequence[Project]:
    return around.projects


def load(
    folder: Path,
    templates: Catalogue,
    *,
    name_checks: NameChecks = _no_checks,
    complete: Complete = _as_they_are,
    template_checks: TemplateChecks = _no_objections,
    template_notices: TemplateChecks = _no_objections,
    environ: Mapping[str, str] = os.environ,
    output: Path | None = None,
) -> Configuration:
    """Read, check and complete all environments and projects of a folder.

    Args:
        folder: the folder that holds one folder per environment.
        templates: the templates that projects may name, by name.
        name_checks: says what is wrong with names derived from a project's; each message continues a sentence
            that begins with the project's name ("makes a role's name of 70 characters; allowed: at most 64").
        complete: puts in what a project says by naming another.
        template_checks: says what templates have against projects that are right in themselves; it is shown the
            environments and projects that are.
        template_notices: says which keys have no effect, of projects that nothing is wrong with.
        environ: what ``valueFrom: {envVariable: NAME}`` is resolved from, as far as the environment lists it.
        output: where the stacks are written to, if that is known: no state may lie there.

    Raises:
        InvalidSettings: with every mistake of every file.
    """
    report = Report()
    found = find(folder, report)
    names = [one.name for one in found]
    sources = {one.name: read_environment(one, names, report, environ, output) for one in found}
    locations.check_promotion(sources, report)
    around = Surroundings(sources, templates, report)
    for source in sources.values():
        inheritance.check_defaults(source, around)
    around = replace(around, teams=inheritance.read_teams(sources.values(), around))
    all_read = _read_projects(around)
    around = replace(around, promoted=promoted_by_projects(all_read))
    read = complete_all(_assembled(all_read, around, name_checks), all_read, sources.values(), complete, report)
    projects = tuple(sorted((project for _, project in read), key=_order))
    configuration = Configuration(_environments(sources), projects)
    report_objections(template_checks(configuration), read, report)
    report.raise_if_any()
    report_notices(template_notices(configuration), read, report)
    return replace(configuration, notices=report.notices)


def _read_projects(around: Surroundings) -> list[ProjectSource]:
    read = [
        read_project(file, source, around) for source in around.sources.values() for file in source.folder.projects
    ]
    found = [project for project in read if project]
    uniqueness.check(found, around.report)
    return found


def _assembled(
    read: list[ProjectSource], around: Surroundings, name_checks: NameChecks
) -> list[tuple[ProjectSource, Project]]:
    assembled = [(source, project) for source in read if (project := assemble(source, around))]
    for source, project in assembled:
        check_names(source, project, name_checks, around.report)
    suffixes = {name: template.repository_suffix for name, template in around.templates.items()}
    repositories.check_together(assembled, suffixes, around.report)
    return assembled


def _environments(sources: Mapping[str, EnvironmentSource]) -> tuple[Environment, ...]:
    return tuple(source.environment for _, source in sorted(sources.items()) if source.environment)


def _order(project: Project) -> tuple[str, str]:
    return project.environment.name, project.name
