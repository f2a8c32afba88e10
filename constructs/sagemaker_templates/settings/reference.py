"""The page that lists every key, generated from the models that validate them."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from sagemaker_templates.settings.annotations import kebab
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.described import allowed, default
from sagemaker_templates.settings.files import (
    DeployRoleKeys,
    EnvironmentKeys,
    LocalStateKeys,
    NetworkKeys,
    ProjectKeys,
    S3StateKeys,
    TargetKeys,
)
from sagemaker_templates.settings.generated_part import renew, renewed
from sagemaker_templates.settings.model import TemplateParameters

BEGIN = "<!-- generated: keys -->"
# The one key whose allowed values are the catalogue's and not the model's.
_TEMPLATE_KEY = "| `project-template-type` | "
_HEADER = ("| Key | Allowed | Default | Meaning |", "|---|---|---|---|")


def tables(templates: Catalogue) -> str:
    """One table per part of a file."""
    parts: list[tuple[str, type[BaseModel]]] = [
        ("### environment.yaml", EnvironmentKeys),
        ("#### state, type: s3", S3StateKeys),
        ("#### state, type: local", LocalStateKeys),
        ("#### deploy-role", DeployRoleKeys),
        ("#### network", NetworkKeys),
        ("### Project files", ProjectKeys),
        ("#### `<environment>-…`: one account of a project", TargetKeys),
    ]
    parts += [(f"#### Parameters of {name}", template.parameters) for name, template in templates.items()]
    text = "\n\n".join("\n".join([heading, "", *_table(model)]) for heading, model in parts)
    return text.replace(_TEMPLATE_KEY + "text", _TEMPLATE_KEY + ", ".join(f"`{name}`" for name in templates))


def page(text: str, templates: Catalogue) -> str:
    """A page with its generated part brought up to date.

    Raises:
        ValueError: the page does not say where the generated part begins and ends.
    """
    return renewed(text, BEGIN, tables(templates))


def write(file: Path, templates: Catalogue) -> None:
    """Bring a page up to date."""
    renew(file, BEGIN, tables(templates))


def _table(model: type[BaseModel]) -> Iterator[str]:
    if not model.model_fields:
        yield "None."
        return
    yield from _HEADER
    prefix = "<environment>-" if model is TargetKeys else ""
    needed = _needed(model)
    for field, info in sorted(model.model_fields.items(), key=lambda item: item[0] not in needed):
        key = prefix + field.replace("_", "-")
        cells = (f"`{key}`", allowed(info), needed.get(field) or default(info), info.description or "")
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _needed(model: type[BaseModel]) -> dict[str, str]:
    """What is required, and what takes the place of it."""
    found = {field: "required" for field, info in model.model_fields.items() if info.is_required()}
    groups = model.alternatives if issubclass(model, TemplateParameters) else ()
    for group in groups:
        instead = [" and ".join(f"`{key}`" for key in kebab(other)) for other in groups if other != group]
        found |= dict.fromkeys(group, f"required, or {'; or '.join(instead)}")
    return found
