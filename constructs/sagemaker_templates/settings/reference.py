"""The page that lists every key, generated from the models that validate them."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sagemaker_templates.settings import annotations
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.files import (
    DefaultKeys,
    EnvironmentKeys,
    LocalStateKeys,
    NetworkKeys,
    ProjectKeys,
    S3StateKeys,
    TargetKeys,
)
from sagemaker_templates.settings.model import TemplateParameters
from sagemaker_templates.settings.rules import Rule
from sagemaker_templates.settings.tags import MOST_TAGS

BEGIN = "<!-- generated: keys -->"
END = "<!-- end of generated -->"
# The one key whose allowed values are the catalogue's and not the model's.
_TEMPLATE_KEY = "| `project-template-type` | "
_HEADER = ("| Key | Allowed | Default | Meaning |", "|---|---|---|---|")


def tables(templates: Catalogue) -> str:
    """One table per part of a file."""
    parts: list[tuple[str, type[BaseModel]]] = [
        ("### environment.yaml", EnvironmentKeys),
        ("#### state, type: s3", S3StateKeys),
        ("#### state, type: local", LocalStateKeys),
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
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}")
    return f"{before}{begin}\n\n{tables(templates)}\n\n{end}{after}"


def write(file: Path, templates: Catalogue) -> None:
    """Bring a page up to date."""
    file.write_text(page(file.read_text(encoding="utf-8"), templates), encoding="utf-8")


def _table(model: type[BaseModel]) -> Iterator[str]:
    if not model.model_fields:
        yield "None."
        return
    yield from _HEADER
    prefix = "<environment>-" if model is TargetKeys else ""
    needed = _needed(model)
    for field, info in sorted(model.model_fields.items(), key=lambda item: item[0] not in needed):
        key = prefix + field.replace("_", "-")
        cells = (f"`{key}`", _allowed(info), needed.get(field) or _default(info), info.description or "")
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _needed(model: type[BaseModel]) -> dict[str, str]:
    """What is required, and what takes the place of it."""
    found = {field: "required" for field, info in model.model_fields.items() if info.is_required()}
    groups = model.alternatives if issubclass(model, TemplateParameters) else ()
    for group in groups:
        instead = [" and ".join(f"`{key}`" for key in annotations.kebab(other)) for other in groups if other != group]
        found |= dict.fromkeys(group, f"required, or {'; or '.join(instead)}")
    return found


def _default(info: FieldInfo) -> str:
    value = info.get_default()
    if value is None or value == () or isinstance(value, BaseModel):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(info: FieldInfo) -> str:
    rule = next(_rules(info.metadata, info.annotation), None)
    literals = annotations.literals(info.annotation)
    if literals:
        return ", ".join(f"`{value}`" for value in literals)
    if any(get_origin(one) is dict for one in annotations.alternatives(info.annotation)):
        return f"a map of at most {MOST_TAGS} names and values"
    if annotations.models(info.annotation):
        return _allowed_map(info)
    if rule:
        return f"a list; each: {rule.allowed}" if annotations.is_list(info.annotation) else rule.allowed
    return _plain(info)


def _allowed_map(info: FieldInfo) -> str:
    if DefaultKeys in annotations.models(info.annotation):
        return "a map of the optional keys of project files that all templates have"
    return "a map, see below"


def _plain(info: FieldInfo) -> str:
    names = {bool: "`true`, `false`", int: "a whole number", float: "a number", str: "text"}
    found = [name for kind, name in names.items() if annotations.holds(info.annotation, kind)]
    return "; ".join(found) if found else "a list"


def _rules(*annotated: object) -> Iterator[Rule]:
    """The rules anywhere in an annotation."""
    for one in annotated:
        if isinstance(one, Rule):
            yield one
        elif isinstance(one, (list, tuple)):
            yield from _rules(*one)
        else:
            yield from _rules(*getattr(one, "__metadata__", ()), *getattr(one, "__args__", ()))
