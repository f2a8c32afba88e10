"""The conversion from end to end."""

from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.conversion.checking import check
from sagemaker_templates.conversion.choices import Choices
from sagemaker_templates.conversion.homes import find_homes
from sagemaker_templates.conversion.leftovers import record_leftovers
from sagemaker_templates.conversion.manifests import Manifests, read_manifests
from sagemaker_templates.conversion.mapping import Mapper
from sagemaker_templates.conversion.record import Record
from sagemaker_templates.conversion.report import Conversion
from sagemaker_templates.conversion.sources import Reader
from sagemaker_templates.conversion.values import Variables
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.whole_file import write_all_new


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    manifests: tuple[Path, ...]
    environments: Path
    choices: Choices
    variables: Variables
    dry_run: bool = False


def converted(wanted: Wanted, templates: Catalogue) -> Conversion:
    """Convert manifests, check the result, and put it into place unless it is a dry run.

    Raises:
        InvalidSettings: with every mistake of every manifest, and every file that is in the way; nothing is written.
        WrongInput: an option names something that there is not; nothing is written.
        OSError: a file cannot be written; none is left then.
    """
    report, record = Report(), Record()
    manifests = read_manifests(wanted.manifests, report)
    modules = [module for module in manifests.modules if module.is_ours]
    if not modules:
        _nothing_to_convert(wanted, manifests, report)
        report.raise_if_any()
    wanted.choices.check(modules)
    homes = find_homes(modules, manifests, wanted.choices, wanted.variables, report)
    reader = Reader(manifests, wanted.choices, wanted.variables, templates, report, record)
    sources = reader.sources(modules, homes)
    documents = Mapper(sources, wanted.choices, templates, report, record).documents()
    record_leftovers(manifests, modules, record)
    notes = check(documents, wanted.environments, wanted.variables.environ, report)
    report.raise_if_any()
    if not wanted.dry_run:
        write_all_new({wanted.environments / document.path: document.text for document in documents})
    return Conversion(wanted.environments, documents, record.sorted(), notes, not wanted.dry_run)


def _nothing_to_convert(wanted: Wanted, manifests: Manifests, report: Report) -> None:
    """Named file by file, for the reason may be in a path."""
    for module in manifests.modules:
        report.add(module.origin.file, module.origin.line, module.name, module.why_left)
    for file in wanted.manifests if not report.has_problems or manifests.modules else ():
        report.add(file, None, None, "holds no module that makes a SageMaker project, nor do its groups")
