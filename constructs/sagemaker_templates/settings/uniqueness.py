"""Names that two projects may not share."""

from collections.abc import Iterable

from sagemaker_templates.settings.document import Entry
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.projects import ProjectSource
from sagemaker_templates.settings.spelling import quoted


def check(projects: Iterable[ProjectSource], report: Report) -> None:
    """Report projects that would make the same resources, or whose stacks would have one name.

    Buckets are named after the project and the account, roles after the project alone; both are unique in an
    account, whatever the region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    by_account: dict[tuple[str, str], Entry] = {}
    by_stack: dict[str, Entry] = {}
    projects = list(projects)
    _check_ids(projects, report)
    for project in projects:
        entry = project.keys.entry("sagemaker_project_name")
        name = project.keys.fields.get("sagemaker_project_name")
        if entry is None or name is None:
            continue
        environment = project.environment.folder.name
        account = project.environment.account_id
        first = by_account.setdefault((account or environment, name), entry)
        same_stack = by_stack.setdefault(f"{environment}-{name}", entry)
        where = f"account {account}" if account else f"environment {environment}"
        if first is not entry:
            _report(entry, f"{quoted(name)} is the name of another project in {where} too", first, report)
        elif same_stack is not entry:
            message = f'{quoted(name)} makes the stack "{environment}-{name}", as another project does'
            _report(entry, message, same_stack, report)


def _check_ids(projects: Iterable[ProjectSource], report: Report) -> None:
    """Studio finds a project's resources by its id, which SageMaker gives once in an account and region."""
    found: dict[tuple[str, str, str], tuple[Entry, object]] = {}
    for project in projects:
        entry, id_ = project.keys.entry("sagemaker_project_id"), project.keys.fields.get("sagemaker_project_id")
        environment = project.environment.environment
        if entry is None or id_ is None or environment is None:
            continue
        name = project.keys.fields.get("sagemaker_project_name")
        first, its_name = found.setdefault((environment.account_id, environment.region, id_), (entry, name))
        # Of two with one name as well that is said; their ids are no second mistake.
        if first is not entry and name != its_name:
            where = f"account {environment.account_id} and {environment.region}"
            _report(entry, f"{quoted(id_)} is the id of another project in {where} too", first, report)


def _report(entry: Entry, message: str, first: Entry, report: Report) -> None:
    report.add(entry.file, entry.line, entry.key, f"{message}: {first.file.as_posix()}:{first.line}")
