"""JSON Schemas of the three kinds of files, for editors, generated from the models that validate them.

Draft 7, since that is what YAML language servers know best. ``write`` is run again when a model changes.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.files import EnvironmentKeys, ProjectKeys, TargetKeys, TeamKeys
from sagemaker_templates.settings.model import TemplateParameters
from sagemaker_templates.settings.variables import ENV_VARIABLE, VALUE_FROM

Schema = dict[str, Any]

FOLDER = Path(__file__).parent / "schemas"
ENVIRONMENT_SCHEMA = "environment.schema.json"
PROJECT_SCHEMA = "project.schema.json"
DEFAULTS_SCHEMA = "defaults.schema.json"

_DRAFT = "http://json-schema.org/draft-07/schema#"
_REFERENCE = "#/definitions/valueFrom"
_NAME = "[a-z0-9](?:[-_]?[a-z0-9])*"


def environment_schema() -> Schema:
    """The schema of ``environment.yaml``."""
    schema = _of_model(EnvironmentKeys)
    schema["properties"]["defaults"]["patternProperties"] = _target_patterns()
    return _document("An environment: one account and region.", schema)


def project_schema(templates: Catalogue) -> Schema:
    """The schema of a project's file; which parameters it may have depends on its template."""
    schema = _of_model(ProjectKeys)
    schema["properties"] |= _names_of_templates(templates)
    schema["patternProperties"] = _target_patterns()
    for field in _parameter_fields(templates):
        # Known to some template; what it holds is said by the template's own part below.
        schema["properties"] |= _in_both_spellings(_spellings(field), {})
    schema["allOf"] += [_when(name, templates) for name in templates]
    return _document("A SageMaker project.", schema)


def defaults_schema() -> Schema:
    """The schema of ``defaults.yaml`` in a team's folder."""
    schema = _of_model(TeamKeys)
    schema["patternProperties"] = _target_patterns()
    return _document("What the projects of a team have in common.", schema)


def texts(templates: Catalogue) -> dict[str, str]:
    """The schema files by name, as they are written."""
    schemas = {
        ENVIRONMENT_SCHEMA: environment_schema(),
        PROJECT_SCHEMA: project_schema(templates),
        DEFAULTS_SCHEMA: defaults_schema(),
    }
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


def write(templates: Catalogue, folder: Path = FOLDER) -> None:
    """Write the schemas, by default where the package ships them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(templates).items():
        (folder / name).write_text(text, encoding="utf-8")


def _document(title: str, schema: Schema) -> Schema:
    variable = {
        "type": "object",
        "description": "A value that an environment variable holds when the settings are read.",
        "properties": {VALUE_FROM: _closed({ENV_VARIABLE: {"type": "string", "minLength": 1}})},
        "required": [VALUE_FROM],
        "additionalProperties": False,
    }
    return {"$schema": _DRAFT, "title": title, **schema, "definitions": {"valueFrom": variable}}


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _of_model(model: type[BaseModel]) -> Schema:
    generated = model.model_json_schema()
    definitions = generated.pop("$defs", {})
    return _object(_inlined(generated, definitions))


def _inlined(schema: Any, definitions: Schema) -> Any:
    """The schema with definitions in place of the references to them, since none is used twice."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {key: _inlined(value, definitions) for key, value in schema.items() if key != "$ref"}
    if "$ref" not in schema:
        return rest
    name = schema["$ref"].removeprefix("#/$defs/")
    return {**_inlined(definitions[name], definitions), **rest}


def _object(generated: Schema) -> Schema:
    """An object in our terms: both spellings of each key, each key once, nothing else."""
    properties: Schema = {}
    rules: list[Schema] = []
    required = generated.get("required", [])
    for field, schema in generated["properties"].items():
        names = _spellings(field)
        properties |= _in_both_spellings(names, _value(schema))
        if len(names) > 1:
            rules.append({"not": {"required": names}})
        if field in required:
            rules.append(_has(field))
    together = {"allOf": rules} if rules else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **together}


def _value(schema: Schema) -> Schema:
    """What may stand after a key: a map, or a plain value and in its place where it comes from."""
    members = [one for one in _members(schema) if one.get("type") != "null"]
    described = {key: schema[key] for key in ("description", "default") if schema.get(key) is not None}
    if all("properties" in one for one in members):
        # The default of a map is that of each of its keys, which say it themselves.
        objects = [_object(one) for one in members]
        inner = objects[0] if len(objects) == 1 else {"oneOf": objects}
        return inner | {"description": schema["description"]}
    if any("additionalProperties" in one for one in members):
        return {**described, **_without_titles(members[0])}
    return {**described, "anyOf": [*(_without_titles(one) for one in members), {"$ref": _REFERENCE}]}


def _members(schema: Schema) -> list[Schema]:
    members: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return members


def _without_titles(schema: Schema) -> Schema:
    kept = {key: value for key, value in schema.items() if key not in ("title", "description", "default")}
    for inner in ("items", "additionalProperties"):
        if isinstance(kept.get(inner), dict):
            kept[inner] = {"anyOf": [_without_titles(kept[inner]), {"$ref": _REFERENCE}]}
    return kept


def _in_both_spellings(names: list[str], value: Schema) -> Schema:
    """The kebab-case name is what editors suggest; the other is accepted."""
    first, *others = names
    return {first: value, **{name: {**value, "doNotSuggest": True} for name in others}}


def _spellings(field: str) -> list[str]:
    return list(dict.fromkeys([field.replace("_", "-"), field]))


def _target_patterns() -> Schema:
    """`<environment>-account-id` and its like, for every name an environment can have."""
    generated = TargetKeys.model_json_schema()["properties"]
    return {f"^{_NAME}[-_]{field.replace('_', '[-_]')}$": _value(schema) for field, schema in generated.items()}


def _parameter_fields(templates: Catalogue) -> list[str]:
    fields = {field for template in templates.values() for field in template.parameters.model_fields}
    return sorted(fields)


def _names_of_templates(templates: Catalogue) -> Schema:
    description = ProjectKeys.model_fields["project_template_type"].description
    names = {"type": "string", "enum": list(templates)}
    value = {"description": description, "anyOf": [names, {"$ref": _REFERENCE}]}
    return _in_both_spellings(_spellings("project_template_type"), value)


def _when(name: str, templates: Catalogue) -> Schema:
    """What the file of a project of one template may hold besides the common keys."""
    own = _of_model(templates[name].parameters)
    others = [field for field in _parameter_fields(templates) if field not in templates[name].parameters.model_fields]
    refused: Iterable[str] = (spelling for field in others for spelling in _spellings(field))
    named = [_closed_name(spelling, name) for spelling in _spellings("project_template_type")]
    properties = {**own["properties"], **dict.fromkeys(refused, False)}
    rules = [*own.get("allOf", ()), *_alternatives(templates[name].parameters)]
    together = {"allOf": rules} if rules else {}
    return {"if": {"anyOf": named}, "then": {"properties": properties, **together}}


def _alternatives(model: type[TemplateParameters]) -> list[Schema]:
    """Of some fields those of one group, all of them, and none of another's."""
    fields = [field for group in model.alternatives for field in group]
    ways = [
        {"allOf": [_has(field) if field in group else {"not": _has(field)} for field in fields]}
        for group in model.alternatives
    ]
    return [{"oneOf": ways}] if ways else []


def _has(field: str) -> Schema:
    return {"anyOf": [{"required": [name]} for name in _spellings(field)]}


def _closed_name(spelling: str, name: str) -> Schema:
    return {"properties": {spelling: {"const": name}}, "required": [spelling]}
