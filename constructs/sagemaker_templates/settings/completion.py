"""What a project's settings say by naming another project is put in once all files are read."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from sagemaker_templates.settings.environments import EnvironmentSource
from sagemaker_templates.settings.model import Project
from sagemaker_templates.settings.objections import Objection, report_objections
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.projects import ProjectSource


@dataclass(frozen=True)
class Around:
    """What else there is.

    Attributes:
        projects: those that are right in themselves.
        wrong: environment and name of those that are not, which is said at their own lines; no name where it is what
            is wrong.
    """

    projects: Sequence[Project]
    wrong: Collection[tuple[str, str | None]]

    def may_be_wrong(self, environment: str, name: str) -> bool:
        """Whether a project may be there, with mistakes that are said already."""
        return (environment, name) in self.wrong or (environment, None) in self.wrong


Completed = Project | Objection | None
"""A project completed, or what is wrong with it; None for one that cannot be, for a reason that is said already."""

Complete = Callable[[Around], Iterable[Completed]]
"""What became of each project, in their order."""

Read = list[tuple[ProjectSource, Project]]


def complete_all(
    read: Read,
    all_read: Sequence[ProjectSource],
    sources: Iterable[EnvironmentSource],
    complete: Complete,
    report: Report,
) -> Read:
    """The projects that could be completed.

    Args:
        read: those that are right.
        all_read: those that could be read.
        sources: of all environments.
    """
    around = Around([project for _, project in read], _wrong(read, all_read, sources))
    completed: Read = []
    for (source, _), found in zip(read, complete(around), strict=True):
        if isinstance(found, Project):
            completed.append((source, found))
        elif found:
            report_objections([found], read, report)
    return completed


def _wrong(
    read: Read, all_read: Sequence[ProjectSource], sources: Iterable[EnvironmentSource]
) -> set[tuple[str, str | None]]:
    files = {source.file for source in all_read}
    named = {
        (source.environment.folder.name, source.keys.fields.get("sagemaker_project_name")) for source in all_read
    }
    unread = {(source.folder.name, None) for source in sources if not files.issuperset(source.folder.projects)}
    return (named | unread) - {(project.environment.name, project.name) for _, project in read}
