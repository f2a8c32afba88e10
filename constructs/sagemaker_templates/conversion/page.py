"""The tables of docs/converting.md, from what the conversion acts by."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sagemaker_templates.conversion.names import kebab
from sagemaker_templates.conversion.tables import (
    ACCOUNT_KEYS,
    COMMON,
    DEPLOYMENT_KEYS,
    MODULE_KEYS,
    OF_TEMPLATES,
    OWN_STAGE,
    VALUE_FORMS,
    Row,
    destination,
)
from sagemaker_templates.settings.files import NetworkKeys, TargetKeys
from sagemaker_templates.settings.generated_part import renew, renewed
from sagemaker_templates.settings.project_keys import STAGES

BEGIN = "<!-- generated: parameters -->"
_OURS_ALONE = "vpc_owner_account_id"


def tables() -> str:
    """One table per part of a manifest."""
    parts: list[tuple[str, Mapping[str, Row], Callable[[str], str]]] = [
        ("### Parameters of every template", COMMON, kebab),
        ("### Parameters of an account", _stages(), kebab),
        ("### Parameters of one template", _of_templates(), kebab),
        ("### Forms of a value", VALUE_FORMS, _camel),
        ("### Other keys of a module", MODULE_KEYS, _camel),
        ("### Keys of a deployment", DEPLOYMENT_KEYS, _camel),
        ("#### Of each of its `targetAccountMappings`", ACCOUNT_KEYS, _camel),
    ]
    return "\n\n".join("\n".join([heading, "", *_table(rows, spelling)]) for heading, rows, spelling in parts)


def page(text: str) -> str:
    """A page with its generated part brought up to date.

    Raises:
        ValueError: the page does not say where the generated part begins and ends.
    """
    return renewed(text, BEGIN, tables())


def write(file: Path) -> None:
    """Bring a page up to date."""
    renew(file, BEGIN, tables())


def _stages() -> Mapping[str, Row]:
    fields = [name for name in (*TargetKeys.model_fields,) if name != _OURS_ALONE]
    rows = {}
    for stage in STAGES:
        for name in sorted(fields, key=lambda name: name in NetworkKeys.model_fields):
            field = f"{stage}-{kebab(name)}"
            _, key = destination(field.replace("-", "_")) or ("", "")
            rows[field] = Row(f"{key} of {stage}", _becomes(stage, name))
    return rows


def _becomes(stage: str, name: str) -> str:
    if name in NetworkKeys.model_fields:
        return "the environment's, where all projects say the same; else the project's own key"
    if stage == OWN_STAGE:
        source = "targetAccountMappings" if name == "account_id" else "targetRegion or targetAccountMappings"
        return f"where {source} does not say it"
    if name == "account_id":
        return f"makes the environment, and puts it into `promotes-to` of {OWN_STAGE}"
    return f"where it is not given, the region of {OWN_STAGE}"


def _of_templates() -> Mapping[str, Row]:
    templates: dict[str, list[str]] = {}
    for template, names in OF_TEMPLATES.items():
        for name in names:
            templates.setdefault(name, []).append(f"`{template}`")
    return {name: Row(kebab(name), f"taken over; of {', '.join(having)}") for name, having in templates.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def _table(rows: Mapping[str, Row], spelling: Callable[[str], str]) -> Iterator[str]:
    yield "| Theirs | Ours | What becomes of it |"
    yield "|---|---|---|"
    for name, row in rows.items():
        ours = row.ours if "`" in row.ours or " " in row.ours or not row.ours else f"`{row.ours}`"
        yield f"| `{spelling(name)}` | {ours or 'none'} | {row.becomes} |"
