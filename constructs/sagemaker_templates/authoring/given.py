"""What somebody typed behind ``new``, as a draft of a project; all that is wrong with it is said at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sagemaker_templates.authoring.draft import NAME, TEMPLATE, Draft, objection, value_of
from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.catalogue import owners
from sagemaker_templates.settings.files import ProjectKeys
from sagemaker_templates.settings.folder import DEFAULTS_FILE, name_problem
from sagemaker_templates.settings.model import Configuration
from sagemaker_templates.settings.spelling import did_you_mean, quoted, without_tokens
from sagemaker_templates.templates.registry import Template

_SAID_OTHERWISE = {TEMPLATE: "--template NAME says it", NAME: "ENV/NAME says it"}


def given(
    configuration: Configuration,
    templates: Mapping[str, Template],
    *,
    scope: str | None,
    template: str | None,
    settings: Sequence[str],
) -> tuple[Draft, list[str]]:
    """Return what is known of a project, and a line for each mistake.

    Args:
        scope: ``ENV/NAME``, ``ENV/TEAM/NAME``, or ``ENV`` alone.
        template: the template's name.
        settings: ``KEY=VALUE`` each.
    """
    draft, complaints = Draft(configuration, templates), list[str]()
    if scope is not None:
        draft = _with_scope(draft, scope, complaints)
    if template is not None and template not in templates:
        complaints.append(f"--template {no_such('template', template, templates)}")
    elif template is not None:
        draft = replace(draft, template=template)
    for setting in settings:
        draft = _with_setting(draft, setting, complaints)
    return draft, complaints


def no_such(what: str, name: str, there: Iterable[str]) -> str:
    """The end of a complaint about a name that there is not."""
    names = list(there)
    return f"{quoted(name)} is not a known {what}; allowed: {', '.join(names)}{did_you_mean(name, names)}"


def _with_scope(draft: Draft, scope: str, complaints: list[str]) -> Draft:
    environment, slash, name = scope.partition("/")
    environments = {each.name: each for each in draft.configuration.environments}
    if environment not in environments:
        complaints.append(f"ENV/NAME: {no_such('environment', environment, environments)}")
    draft = replace(draft, environment=environments.get(environment))
    if not slash:
        return draft
    team, slash, in_team = name.rpartition("/")
    if slash:
        name = in_team
        complaints += [f"ENV/TEAM/NAME: {wrong}" for wrong in _wrong_in_team(team, name)]
    if wrong := objection(NAME, name, ProjectKeys.model_fields[NAME]):
        complaints.append(f"ENV/NAME: {wrong}")
    return replace(draft, name=name, team=team or None)


def _wrong_in_team(team: str, name: str) -> Iterator[str]:
    if wrong := name_problem(team, "a team's folder"):
        yield wrong
    if f"{name}.yaml" == DEFAULTS_FILE:
        yield f"{quoted(name)} is not allowed: {DEFAULTS_FILE} is what the projects of {team} have in common"


def _with_setting(draft: Draft, setting: str, complaints: list[str]) -> Draft:
    key, equals, text = setting.partition("=")
    field = key.strip().replace("-", "_")
    info = draft.fields.get(field)
    wrong: str | None = None
    if not equals:
        wrong = "has no value; write KEY=VALUE"
    elif field in _SAID_OTHERWISE:
        wrong = f"is no key to set; {_SAID_OTHERWISE[field]}"
    elif info is None:
        wrong = _unknown(key, field, draft)
    elif field in draft.keys:
        wrong = "is given twice"
    else:
        value = value_of(text, info)
        wrong = objection(field, value, info)
        draft = draft.with_key(field, value)
    if wrong:
        complaints.append(f"--set {without_tokens(key)}: {wrong}")
    return draft


def _unknown(key: str, field: str, draft: Draft) -> str:
    if having := owners(draft.templates, field):
        return f"is a parameter of {', '.join(having)}, not of {draft.template}"
    known = kebab(name for name in draft.fields if name not in _SAID_OTHERWISE)
    hint = did_you_mean(key, known) or "; `sagemaker-templates explain` lists all keys"
    return f"{quoted(key)} is not a key of a project's file{hint}"
