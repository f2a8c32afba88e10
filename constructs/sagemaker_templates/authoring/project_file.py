"""The text of a project's file: what it says and, as comments, what it may say, each with a line of help."""

import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sagemaker_templates.authoring.yaml_text import Value, entry
from sagemaker_templates.settings.alternatives import passed_over
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.described import Place, example
from sagemaker_templates.settings.files import ProjectKeys, TargetKeys
from sagemaker_templates.settings.model import TemplateParameters
from sagemaker_templates.settings.networks import FIELDS as NETWORK
from sagemaker_templates.settings.project_keys import target_fields

_WIDTH = 118
_FIRST = ("project_template_type", "sagemaker_project_name", "sagemaker_project_id")
_SECTIONS = {
    "Where the code lives": ("repository_type",),
    "GitHub: only where repository-type is GitHub or GitHub Enterprise": (
        "repository_owner",
        "aws_codeconnection_arn",
        "github_base_url",
        "access_token_secret_name",
        "github_app_id",
        "github_app_installation_id",
        "github_app_private_key_secret_name",
        "branch_protection",
        "required_reviews",
        "vulnerability_alerts",
        "repository_deletion",
        "repository_topics",
    ),
    "The SageMaker domain": ("sagemaker_domain_id", "sagemaker_domain_arn"),
    "Rights and protection": (
        "permissions_boundary_name",
        "cross_account_external_id",
        "s3_access_logs_bucket_arn",
        "protect_data",
    ),
    "Where its models go": ("promotes_to",),
    "Tags": ("tags", "custom_tags"),
}
"""The keys that all templates have, as people look for them; a test finds each of them here once."""

_HOW_TO_READ = (
    'A key behind "#" may be given: its line shows the default or, where there is none, an example. '
    "To know more of one: sagemaker-templates explain KEY"
)


@dataclass(frozen=True)
class Around:
    """What a project's file lies in.

    Attributes:
        place: the account and region of its environment.
        stages: the environments whose ``<environment>-…`` network may be given.
        inherited: what the environment's ``defaults`` say, by key in kebab-case.
        of_team: what the team says, which goes above them.
        left_out: keys in kebab-case that are not offered: they would have no effect.
    """

    place: Place = field(default_factory=Place)
    stages: tuple[str, ...] = ()
    inherited: Mapping[str, Value] = field(default_factory=dict)
    of_team: Mapping[str, Value] = field(default_factory=dict)
    left_out: Collection[str] = ()


def project_file(
    template: str,
    keys: Mapping[str, Value],
    templates: Catalogue,
    *,
    purpose: str = "",
    schema: str | None = None,
    around: Around = Around(),
) -> str:
    """Return the text of a project's file.

    Args:
        template: the name of its template, which ``templates`` has.
        keys: what the file says, by key in kebab-case or snake_case: the name, the id, and whatever else.
            A ``valueFrom`` is a map. Nothing is checked: what no template knows is written last.
        purpose: a sentence or two on what the project is for.
        schema: where the JSON Schema is, relative to the file, for editors; None for no such line.
        around: what is offered besides, and which values it is offered with.
    """
    given = {key.replace("-", "_"): value for key, value in keys.items()}
    writer = _Writer({"project_template_type": template, **given}, around)
    parts = [
        [*_head(purpose, schema), *writer.plain(_FIRST)],
        writer.section(f"Parameters of {template}", _own(templates[template].parameters, given)),
        *(writer.section(title, _common(fields)) for title, fields in _SECTIONS.items()),
        writer.section("Network", writer.network()),
        writer.rest(),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _head(purpose: str, schema: str | None) -> Iterator[str]:
    if schema:
        yield f"# yaml-language-server: $schema={schema}"
    yield from _comment(purpose)
    yield from _comment(_HOW_TO_READ)


def _comment(text: str) -> list[str]:
    """Comments are told from keys that may be given by the blank behind "#"."""
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)]


_Fields = Mapping[str, FieldInfo]


def _own(parameters: type[TemplateParameters], given: Mapping[str, Value]) -> _Fields:
    """The parameters of a template, those that it needs first, without those that others take the place of."""
    without = passed_over(parameters, given) - given.keys()
    needed = {field for group in parameters.alternatives for field in group}
    own = {name: info for name, info in parameters.model_fields.items() if name not in without}
    return dict(sorted(own.items(), key=lambda item: not (item[1].is_required() or item[0] in needed)))


def _common(fields: Iterable[str]) -> _Fields:
    return {name: ProjectKeys.model_fields[name] for name in fields}


class _Writer:
    """Writes keys, and knows which are not written yet."""

    def __init__(self, given: Mapping[str, Value], around: Around) -> None:
        self._left = dict(given)
        self._around = around

    def plain(self, fields: Iterable[str]) -> Iterator[str]:
        """Keys that are given, without help."""
        for name in fields:
            if name in self._left:
                yield from entry(_key(name), self._left.pop(name))

    def section(self, title: str, fields: _Fields) -> list[str]:
        """Keys that belong together, given or not."""
        lines = [line for name, info in fields.items() for line in self._described(name, info)]
        return [f"## {title}", *lines] if lines else []

    def network(self) -> _Fields:
        """What may be said of a network, and whatever is said of an account."""
        prefixed = target_fields([*self._around.stages, *map(_stage, self._left)])
        offered = [(stage, name) for stage in self._around.stages for name in NETWORK]
        said = [prefixed[name] for name in self._left if name in prefixed]
        return {
            f"{stage.replace('-', '_')}_{name}": TargetKeys.model_fields[name]
            for stage, name in dict.fromkeys([*offered, *said])
        }

    def rest(self) -> list[str]:
        """What is given and belongs nowhere."""
        lines = list(self.plain(list(self._left)))
        return ["## Other keys", *lines] if lines else []

    def _described(self, name: str, info: FieldInfo) -> Iterator[str]:
        key, help_ = _key(name), info.description or ""
        if name in self._left:
            yield from _comment(help_)
            yield from self.plain([name])
        elif key not in self._around.left_out:
            what, value = self._offered(key, info)
            yield from _comment(f"{help_} {what}" if value is not None else help_)
            yield from (f"#{line}" for line in entry(key, value)) if value is not None else [f"#{key}:"]

    def _offered(self, key: str, info: FieldInfo) -> tuple[str, Value | None]:
        if key in self._around.of_team:
            return "The team says:", self._around.of_team[key]
        if key in self._around.inherited:
            return "The environment says:", self._around.inherited[key]
        default = None if info.is_required() else info.get_default(call_default_factory=False)
        if default is None or default == () or isinstance(default, BaseModel):
            return "Required, for example:" if info.is_required() else "For example:", example(
                info, self._around.place
            )
        return "Default:", list(default) if isinstance(default, tuple) else default


def _key(name: str) -> str:
    return name.replace("_", "-")


def _stage(name: str) -> str:
    """The environment that a key would be of, if it is of one."""
    found = [name.removesuffix(f"_{field}") for field in TargetKeys.model_fields if name.endswith(f"_{field}")]
    return found[0].replace("_", "-") if found else name
