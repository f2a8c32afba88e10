"""What every file of a project, or of several, is read against."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sagemaker_templates.settings.binding import Bound, bind
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.document import Entry, MapNode
from sagemaker_templates.settings.environments import EnvironmentSource
from sagemaker_templates.settings.files import TargetKeys
from sagemaker_templates.settings.problems import Report


@dataclass(frozen=True)
class Surroundings:
    """What there is besides the file that is read.

    Attributes:
        sources: all environments, by name.
        teams: what each team says for its projects, by its file.
        promoted: where projects go by their own word, by the environment that they are in, once all are read.
    """

    sources: Mapping[str, EnvironmentSource]
    templates: Catalogue
    report: Report
    teams: Mapping[Path, tuple[Entry, ...]] = field(default_factory=dict)
    promoted: Mapping[str, Collection[str]] = field(default_factory=dict)

    def of_project(self, file: Path, source: EnvironmentSource) -> "Surroundings":
        """The same while one project is looked at, so that what it inherits is told as that."""
        return replace(self, report=self.report.of_project(file, source.folder.defaults))


def bind_targets(
    source: EnvironmentSource, file: Path, groups: Mapping[str, list[Entry]], around: Surroundings
) -> Mapping[str, Bound[TargetKeys]]:
    """What a file says of accounts, by the name of the environment."""
    return {
        name: bind(MapNode(file, 1, tuple(entries)), TargetKeys, around.report, source.variables)
        for name, entries in groups.items()
    }
