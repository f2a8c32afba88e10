"""What a template has against projects that are right in themselves, shown at the line that says so."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sagemaker_templates.settings.document import Entry
from sagemaker_templates.settings.model import Configuration, Project
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.projects import ProjectSource


@dataclass(frozen=True)
class Objection:
    """One mistake that a template finds.

    Attributes:
        project: the project, as it stands in the configuration that was checked.
        field: the key that is wrong, in snake_case; where the user did not write it, the template's key is shown.
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
    for objection in objections:
        source = next(source for source, project in read if project is objection.project)
        entry = _entry(source, objection)
        if entry:
            report.add(entry.file, entry.line, entry.key, objection.message)


def _entry(source: ProjectSource, objection: Objection) -> Entry | None:
    read = [source.targets.get(objection.target)] if objection.target else [source.keys, source.parameters]
    written = [entry for keys in read if keys and (entry := keys.entry(objection.field))]
    return written[0] if written else source.keys.entry("project_template_type")
