"""What a template says of projects that are right in themselves, shown at the line that it is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sagemaker_templates.settings.document import Entry
from sagemaker_templates.settings.model import Configuration, Project
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.projects import ProjectSource


@dataclass(frozen=True)
class Objection:
    """One mistake that a template finds, or one key that it notices.

    Attributes:
        project: the project, as it stands in the configuration that was checked.
        field: the key that is wrong, in snake_case; where the user did not write it, the template's key is shown,
            or nothing noticed.
        message: the value, and what is allowed.
        target: the environment whose ``<environment>-<field>`` key is meant; None for a key of the project itself.
    """

    project: Project
    field: str
    message: str
    target: str | None = None


TemplateChecks = Callable[[Configuration], Iterable[Objection]]


def report_objections(
    objections: Iterable[Objection], read: Sequence[tuple[ProjectSource, Project]], report: Report
) -> None:
    """Report each objection at its line."""
    sources = _sources(read)
    for objection in objections:
        source = sources[id(objection.project)]
        entry = _entry(source, objection) or source.keys.entry("project_template_type")
        if entry:
            of_project = report.of_project(source.file, source.environment.folder.defaults)
            of_project.add(entry.file, entry.line, entry.key, objection.message)


def report_notices(
    notices: Iterable[Objection], read: Sequence[tuple[ProjectSource, Project]], report: Report
) -> None:
    """Notice each key that the project's own file holds; what it inherits may be meant for other projects."""
    sources = _sources(read)
    for notice in notices:
        source = sources[id(notice.project)]
        entry = _entry(source, notice)
        if entry and entry.file == source.file:
            report.notice(entry.file, entry.line, entry.key, notice.message)


def _sources(read: Sequence[tuple[ProjectSource, Project]]) -> Mapping[int, ProjectSource]:
    """By the identity of the very project that was checked."""
    return {id(project): source for source, project in read}


def _entry(source: ProjectSource, objection: Objection) -> Entry | None:
    """The line that is meant; a template's own parameters are looked up last, since none is named as a common key."""
    if objection.target:
        keys = source.targets.get(objection.target)
        return keys.entry(objection.field) if keys else None
    own = source.parameters.entry(objection.field) if source.parameters else None
    return source.keys.entry(objection.field) or own
