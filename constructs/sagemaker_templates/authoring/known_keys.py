"""Every key that files of settings may hold, each with the places where it may stand."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.files import (
    DefaultKeys,
    DeployRoleKeys,
    EnvironmentKeys,
    LocalStateKeys,
    NetworkKeys,
    ProjectKeys,
    S3StateKeys,
    TargetKeys,
    TeamKeys,
)
from sagemaker_templates.settings.folder import DEFAULTS_FILE, ENVIRONMENT_FILE
from sagemaker_templates.settings.project_keys import STAGES
from sagemaker_templates.settings.spelling import did_you_mean, quoted

ANY = "<environment>"
_PROJECT = "a project's file"
_OF_TEAM = f"{DEFAULTS_FILE} of its team's folder"
_SHARED = f"{_PROJECT}, {_OF_TEAM}, or {ENVIRONMENT_FILE} under defaults for all projects of the environment"
_WAYS_TO_SAY_ANY = (ANY, "ENVIRONMENT", "ENV")


@dataclass(frozen=True)
class KnownKey:
    """A key in one of its places.

    Attributes:
        key: in kebab-case; ``<environment>-…`` for one that any environment's name may begin.
        where: the file, and below which key.
        parent: the key that it stands below, "" on the first level.
        template: whose parameter it is; None of what all projects, or an environment, may say.
        info: what it may hold.
    """

    key: str
    where: str
    info: FieldInfo
    parent: str = ""
    template: str | None = None

    @property
    def path(self) -> str:
        """The key with its parent, as messages name it: ``network.vpc-id``."""
        return f"{self.parent}.{self.key}" if self.parent else self.key


def all_keys(templates: Catalogue) -> list[KnownKey]:
    """Every key in every place: of environments, of all projects, of single templates."""
    own = {name: info for name, info in ProjectKeys.model_fields.items() if name not in TeamKeys.model_fields}
    teams = {name: info for name, info in TeamKeys.model_fields.items() if name not in DefaultKeys.model_fields}
    return [
        *_of(EnvironmentKeys, ENVIRONMENT_FILE),
        *_of(NetworkKeys, f"{ENVIRONMENT_FILE}, under network", "network"),
        *_of(DeployRoleKeys, f"{ENVIRONMENT_FILE}, under deploy-role", "deploy-role"),
        *_of(S3StateKeys, f"{ENVIRONMENT_FILE}, under state of type s3", "state"),
        *_of(LocalStateKeys, f"{ENVIRONMENT_FILE}, under state of type local", "state"),
        *(KnownKey(_kebab(name), _PROJECT, info) for name, info in own.items()),
        *(KnownKey(_kebab(name), f"{_PROJECT}, or {_OF_TEAM}", info) for name, info in teams.items()),
        *_of(DefaultKeys, _SHARED),
        *(KnownKey(f"{ANY}-{_kebab(name)}", _SHARED, info) for name, info in TargetKeys.model_fields.items()),
        *(
            KnownKey(_kebab(field), f"{_PROJECT}, with the template {name}", info, template=name)
            for name, template in templates.items()
            for field, info in template.parameters.model_fields.items()
        ),
    ]


def find(typed: str, keys: Collection[KnownKey], environments: Collection[str]) -> list[KnownKey]:
    """Return the places of a key as somebody typed it: either spelling, with or without what it stands below.

    Args:
        environments: the names that keys of targets may begin with, besides those that always may.

    Raises:
        WrongInput: there is no such key; the nearest is named.
    """
    names = [*STAGES, *environments]
    wanted = _without_environment(typed.replace("_", "-"), [*_WAYS_TO_SAY_ANY, *names])
    parent, _, key = wanted.rpartition(".")
    found = [one for one in keys if _is(one, key, parent)]
    if not found:
        spelt = _spellings(keys, names)
        hint = did_you_mean(typed, spelt) or "; `sagemaker-templates explain` lists all of them"
        raise WrongInput(f"{quoted(typed)} is not a key{hint}")
    return found


def _of(model: type[BaseModel], where: str, parent: str = "") -> Iterator[KnownKey]:
    return (KnownKey(_kebab(name), where, info, parent) for name, info in model.model_fields.items())


def _kebab(name: str) -> str:
    return kebab([name])[0]


def _without_environment(typed: str, names: Collection[str]) -> str:
    """A key of a target with ``<environment>`` in place of the environment that it is of."""
    parent, dot, key = typed.rpartition(".")
    fields = kebab(TargetKeys.model_fields)
    prefixed = {f"{name.replace('_', '-')}-{field}".lower(): f"{ANY}-{field}" for name in names for field in fields}
    return f"{parent}{dot}{prefixed.get(key.lower(), key)}"


def _is(known: KnownKey, key: str, parent: str) -> bool:
    """``vpc-id`` is also the ``<environment>-vpc-id`` of a project: who asks may not know that there are two."""
    if parent == "defaults":
        return known.key == key and known.where == _SHARED
    if parent:
        return (known.parent, known.key) == (parent, key)
    return key in (known.key, known.key.removeprefix(f"{ANY}-"))


def _spellings(keys: Collection[KnownKey], environments: Collection[str]) -> list[str]:
    """What somebody may have meant, plain keys first."""
    plain = [one.key for one in keys if not one.key.startswith(ANY)]
    of_targets = [f"{name}-{_kebab(field)}" for name in environments for field in TargetKeys.model_fields]
    return list(dict.fromkeys([*plain, *of_targets, *(one.path for one in keys if one.parent)]))
