"""Where the projects' code lives: what a project says of it, and what GitHub or AWS would refuse later."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Protocol
from urllib.parse import urlsplit

from sagemaker_templates.settings import regions
from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.binding import Bound
from sagemaker_templates.settings.document import Entry, MapNode
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.model import Environment, GitHubApp, Project, Repository
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted

_APP = ("github_app_id", "github_app_installation_id", "github_app_private_key_secret_name")
_OF_GITHUB = (
    "repository_owner",
    "access_token_secret_name",
    "aws_codeconnection_arn",
    "github_base_url",
    *_APP,
    "branch_protection",
    "required_reviews",
    "vulnerability_alerts",
    "repository_deletion",
    "repository_topics",
)
_TOKEN = "access_token_secret_name"  # noqa: S105 - the name of a key


class SourceLike(Protocol):
    """A project's file, as far as it matters here."""

    @property
    def keys(self) -> Bound[ProjectKeys]:
        """The keys that all templates have."""


def check(keys: Bound[ProjectKeys], environment: Environment | None, report: Report) -> None:
    """Report what is missing for a repository outside CodeCommit, and what cannot stand together."""
    type_ = keys.fields.get("repository_type", "CodeCommit")
    if type_ == "CodeCommit":
        if not keys.is_wrong("repository_type"):
            _check_effect(keys, report)
        return
    _check_complete(keys, type_, report)
    _check_base_url(keys, type_, report)
    _check_authentication(keys, report)
    if environment is not None:
        _check_connection(keys, environment, report)


def repository(keys: Bound[ProjectKeys], value: ProjectKeys) -> Repository:
    """Where a project's code lives."""
    enterprise = value.repository_type == "GitHub Enterprise"
    return Repository(
        type=value.repository_type,
        owner=value.repository_owner,
        access_token_secret_name=value.access_token_secret_name,
        codeconnection_arn=value.aws_codeconnection_arn,
        app=_app(value) if _uses_app(keys) else None,
        base_url=value.github_base_url.rstrip("/") if enterprise and value.github_base_url else None,
        branch_protection=value.branch_protection,
        required_reviews=value.required_reviews,
        vulnerability_alerts=value.vulnerability_alerts,
        deletion=value.repository_deletion,
        topics=value.repository_topics,
    )


def check_together(
    projects: Iterable[tuple[SourceLike, Project]], suffixes: Mapping[str, str], report: Report
) -> None:
    """Report projects that want the same repository, or that reach one owner in different ways.

    Accounts of AWS keep CodeCommit repositories of one name apart; on GitHub an owner has each name once, whatever
    the environment. What the projects of an environment share is created once per owner, so with one credential.

    Args:
        suffixes: how the names of a template's repositories end.
    """
    elsewhere = [(source.keys, project) for source, project in projects if project.repository.type != "CodeCommit"]
    _check_names(elsewhere, suffixes, report)
    _check_accesses(elsewhere, report)


def host(wanted: Repository) -> str:
    """Where a repository is, in one spelling: in lower case, and without the port that is meant anyway."""
    if wanted.base_url is None:
        return "github.com"
    url = urlsplit(wanted.base_url.lower())
    usual = {"http": 80, "https": 443}[url.scheme]
    return url._replace(netloc=url.netloc.removesuffix(f":{usual}")).geturl()


def _check_names(
    projects: Iterable[tuple[Bound[ProjectKeys], Project]], suffixes: Mapping[str, str], report: Report
) -> None:
    found: dict[tuple[object, ...], Entry] = {}
    for keys, project in projects:
        entry, name = keys.entry("sagemaker_project_name"), f"{project.name}-{suffixes[project.template]}"
        if entry is None:
            continue
        first = found.setdefault((*_account(project.repository), name), entry)
        if first is not entry:
            full_name = f"{project.repository.owner}/{name}"
            message = f"{quoted(project.name)} makes the repository {quoted(full_name)}, as another project does"
            report.add(entry.file, entry.line, entry.key, f"{message}: {_place(first)}")


def _check_accesses(projects: Iterable[tuple[Bound[ProjectKeys], Project]], report: Report) -> None:
    found: dict[tuple[object, ...], tuple[Repository, Bound[ProjectKeys]]] = {}
    for keys, project in projects:
        wanted = project.repository
        if keys.entry("repository_owner") is None:
            continue
        first, others = found.setdefault((*_account(wanted), project.environment.name), (wanted, keys))
        # The provider's configurations are told apart by owner and host as they are written.
        field = "repository_owner" if wanted.base_url == first.base_url else "github_base_url"
        entry, place = keys.entry(field), others.entry(field)
        difference = _difference(wanted, first)
        if difference and entry and place:
            message = f"{difference} than at {_place(place)}; the projects of one environment and owner share it"
            report.add(entry.file, entry.line, entry.key, message)


def _account(wanted: Repository) -> tuple[str | None, str]:
    """Whose repository it is; GitHub takes upper and lower case of an owner for one."""
    return host(wanted), (wanted.owner or "").lower()


def _check_effect(keys: Bound[ProjectKeys], report: Report) -> None:
    """Report what a project itself says of GitHub in vain; its environment may say it for others."""
    for field in _OF_GITHUB:
        entry = keys.entry(field)
        if entry and not _is_inherited(entry) and not keys.is_wrong(field):
            message = (
                'has no effect on CodeCommit: leave it out, or give repository-type "GitHub" or "GitHub Enterprise"'
            )
            report.add(entry.file, entry.line, entry.key, message)


def _check_complete(keys: Bound[ProjectKeys], type_: str, report: Report) -> None:
    entry = keys.entry("repository_type")
    needed = ["repository_owner", "aws_codeconnection_arn"]
    if type_ == "GitHub Enterprise":
        needed.append("github_base_url")
    missing = kebab(name for name in needed if keys.entry(name) is None)
    if entry and missing:
        report.add(entry.file, entry.line, entry.key, f"{quoted(type_)} needs {_listed(missing)} as well")


def _check_base_url(keys: Bound[ProjectKeys], type_: str, report: Report) -> None:
    entry = keys.entry("github_base_url")
    if entry and type_ == "GitHub" and not _is_inherited(entry):
        message = 'is for repository-type "GitHub Enterprise"; "GitHub" is github.com'
        report.add(entry.file, entry.line, entry.key, message)
    elif entry and type_ == "GitHub Enterprise" and _is_data_residency(keys.fields.get("github_base_url")):
        # https://docs.aws.amazon.com/dtconsole/latest/userguide/connections.html lists what connections reach.
        message = (
            "is GitHub Enterprise Cloud with data residency (ghe.com), and no Enterprise Server, which is what a "
            'connection of AWS to "GitHub Enterprise" reaches; allowed: the address of an Enterprise Server, or '
            'repository-type "GitHub"'
        )
        report.add(entry.file, entry.line, entry.key, message)


def _is_data_residency(base_url: str | None) -> bool:
    return base_url is not None and f".{urlsplit(base_url).hostname or ''}".rstrip(".").endswith(".ghe.com")


def _check_authentication(keys: Bound[ProjectKeys], report: Report) -> None:
    given = [entry for name in _APP if (entry := keys.entry(name))]
    if not given:
        return
    missing = kebab(name for name in _APP if keys.entry(name) is None)
    if missing:
        report.add(given[0].file, given[0].line, given[0].key, f"needs {_listed(missing)} as well")
    token = keys.entry(_TOKEN)
    if token and any(token.file == entry.file for entry in given):
        message = f"cannot stand beside {given[0].key}: give the token's secret or the app, not both"
        report.add(token.file, token.line, token.key, message)


def _check_connection(keys: Bound[ProjectKeys], environment: Environment, report: Report) -> None:
    entry = keys.entry("aws_codeconnection_arn")
    arn = keys.fields.get("aws_codeconnection_arn")
    if entry is None or arn is None:
        return
    partition, region, account = itemgetter(1, 3, 4)(arn.split(":"))
    own = regions.partition(environment.region)
    if partition != own.name or not own.has("CodeConnections"):
        where = f"the partition {own.name}, where the environment {environment.name} is"
        message = f"is a connection of another partition than {where}"
        if not own.has("CodeConnections"):
            message = f'cannot exist in {where}: it has no CodeConnections; allowed: repository-type "CodeCommit"'
        report.add(entry.file, entry.line, entry.key, message)
        return
    wrong = []
    # A connection serves every region; the host of an Enterprise Server, and so its connection, only its own:
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-hosts.html
    if region != environment.region and keys.fields.get("repository_type") == "GitHub Enterprise":
        wrong.append(f"{_shown(entry, 'region', region)}, not {environment.region}")
    if account != environment.account_id:
        wrong.append(f"{_shown(entry, 'account', account)}, not {environment.account_id}")
    if wrong:
        message = f"is a connection of {' and '.join(wrong)}, where the environment {environment.name} is"
        report.add(entry.file, entry.line, entry.key, message)


def _shown(entry: Entry, what: str, part: str) -> str:
    """A part of a value, which is not shown where the value is a variable's."""
    return f"another {what}" if isinstance(entry.value, MapNode) else f"the {what} {part}"


def _uses_app(keys: Bound[ProjectKeys]) -> bool:
    """Whether the app is meant: it is given, and no token stands above it, in a file nearer to the project."""
    given = [entry.field for entry in keys.node if entry.field in (_TOKEN, _APP[0])]
    return given[:1] == [_APP[0]]


def _app(value: ProjectKeys) -> GitHubApp | None:
    parts = (value.github_app_id, value.github_app_installation_id, value.github_app_private_key_secret_name)
    given = [part for part in parts if part is not None]
    return GitHubApp(*given) if len(given) == len(parts) else None


def _difference(one: Repository, other: Repository) -> str | None:
    if one.owner != other.owner or one.base_url != other.base_url:
        return "is written otherwise"
    if _credential(one) != _credential(other):
        return "is reached with another token or app"
    return None


def _credential(wanted: Repository) -> GitHubApp | str:
    return wanted.app or wanted.access_token_secret_name


def _is_inherited(entry: Entry) -> bool:
    """Whether a line is the environment's or the team's, and not the project's own."""
    return bool(entry.name)


def _listed(names: list[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def _place(entry: Entry) -> str:
    return f"{entry.file.as_posix()}:{entry.line}"
