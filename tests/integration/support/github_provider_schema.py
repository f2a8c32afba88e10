"""The schema of the GitHub provider, rebuilt from what its bindings carry with them.

The bindings are generated from the provider's schema, and each of their modules carries its TypeScript source in a
source map. There a comment states of every attribute whether it is computed, optional or required, and what is
written as HCL states its type. Not to be had from there: defaults, deprecations, and checks of values.
``tests/unit/test_github_provider_schema.py`` compares the result with the provider's own schema.
"""

import base64
import importlib.util
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BINDINGS = "cdktf_cdktf_provider_github"

Block = dict[str, Any]

_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,(\S+)")
_RESOURCE_TYPE = re.compile(r'tfResourceType = "(\w+)"')
_KIND = re.compile(r"^export class (\w+) extends cdktf\.Terraform(Resource|Provider) \{", re.M)
_CLASS = re.compile(r"^export class (\w+) extends [\w.]+ \{\n(.*?)^\}", re.M | re.S)
_INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{\n(.*?)^\}", re.M | re.S)
_PROPERTY = re.compile(r"#(\w+) \w+#\w+\}(?:\n\s*\*[^/\n]*)*\n\s*\*/\n\s*readonly \w+(\??):")
_HCL_OF_STRUCT = re.compile(r"^export function (\w+)ToHclTerraform\(.*?const attrs = \{\n(.*?)^  \};", re.M | re.S)
_HCL_OF_CLASS = re.compile(r"synthesizeHclAttributes\(\).*?const attrs = \{\n(.*?)^    \};", re.M | re.S)
_ENTRY = re.compile(
    r"^\s+(\w+): \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n"
    r"\s+type: \"(\w+)\",\n\s+storageClassType: \"(\w+)\",",
    re.M,
)
_FLAGS = re.compile(r"// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n")
_GETTER = re.compile(r"this\.get(\w+)Attribute\('|new [\w.]+\(this")
_SCALARS = {"string": "string", "boolean": "bool", "number": "number", "any": "dynamic"}
_GETTERS = {"String": "string", "Number": "number", "Boolean": "bool", "StringMap": ["map", "string"]}
_LIST_GETTERS = {"List": "string", "NumberList": "number"}
_COLLECTION = re.compile(r"(string|boolean|number)(List|Map)")


def rebuilt_schema() -> dict[str, Any]:
    """The schema: ``provider``, and ``resources`` by type; each a block of ``attributes`` and ``blocks``."""
    schema: dict[str, Any] = {"provider": None, "resources": {}}
    for source in _sources():
        kind = _KIND.search(source)
        if kind is None:
            continue
        block = _Module(source).top(kind[1])
        if kind[2] == "Provider":
            schema["provider"] = block
            # The name that a stack gives a configuration is Terraform's own matter.
            del block["attributes"]["alias"]
        else:
            type_ = _RESOURCE_TYPE.search(source)
            assert type_, kind[1]
            schema["resources"][type_[1]] = block
    return schema


def _sources() -> Iterator[str]:
    spec = importlib.util.find_spec(BINDINGS)
    assert spec and spec.submodule_search_locations
    (archive,) = Path(spec.submodule_search_locations[0]).glob("_jsii/*.jsii.tgz")
    with tarfile.open(archive) as packed:
        for member in sorted(packed.getmembers(), key=lambda one: one.name):
            file = packed.extractfile(member) if re.fullmatch(r"package/lib/[\w-]+/index\.js", member.name) else None
            found = _SOURCE_MAP.search(file.read().decode()) if file else None
            if found:
                yield json.loads(base64.b64decode(found[1]))["sourcesContent"][0]


class _Module:
    """One module of the bindings: the source of a resource, a data source or the provider."""

    def __init__(self, source: str) -> None:
        self._classes = dict(_CLASS.findall(source))
        self._interfaces = dict(_INTERFACE.findall(source))
        self._structs = {name[0].upper() + name[1:]: body for name, body in _HCL_OF_STRUCT.findall(source)}

    def top(self, class_: str) -> Block:
        """The block of the module's own class."""
        entries = _HCL_OF_CLASS.search(self._classes[class_])
        return self._block(entries[1] if entries else "", self._classes[class_], class_)

    def _struct(self, name: str) -> Block:
        return self._block(self._structs[name], self._classes.get(f"{name}OutputReference", ""), name)

    def _block(self, entries: str, body: str, name: str) -> Block:
        flags = self._flags(body, name)
        written = {entry[0]: entry[1:] for entry in _ENTRY.findall(entries)}
        block: Block = {"attributes": {}, "blocks": {}}
        for attribute, (flag, getter) in flags.items():
            if attribute not in written:
                # Computed alone: nothing writes it, and its getter tells its type.
                if type_ := _type_of_getter(getter):
                    block["attributes"][attribute] = {"type": type_, **flag}
                continue
            value, is_block, type_name, storage = written[attribute]
            plain = _plain_type(type_name, storage)
            if is_block == "false" and plain is not None:
                block["attributes"][attribute] = {"type": plain, **flag}
            else:
                block["blocks"][attribute] = {
                    "nesting": "single" if type_name == "struct" else type_name,
                    "many": "listMapper" in value or type_name == "struct",
                    "required": flag["required"],
                    "block": self._struct(_struct_of(value)),
                }
        return block

    def _flags(self, body: str, name: str) -> dict[str, tuple[dict[str, bool], str]]:
        """Each attribute's flags, and the source that follows them: its getter is there."""
        parts = _FLAGS.split(body)[1:]
        found = {
            attribute: (
                {"computed": computed == "true", "optional": optional == "true", "required": required == "true"},
                following,
            )
            for attribute, computed, optional, required, following in zip(*[iter(parts)] * 5, strict=True)
        }
        if found or name not in self._interfaces:
            return found
        # Structs of the provider are never read back, so that they have no class.
        return {
            attribute: ({"computed": False, "optional": bool(mark), "required": not mark}, "")
            for attribute, mark in _PROPERTY.findall(self._interfaces[name])
        }


def _plain_type(type_: str, storage: str) -> Any:
    if type_ == "simple":
        return _SCALARS.get(storage)
    collection = _COLLECTION.fullmatch(storage)
    if collection is None:
        return None
    return ["map" if collection[2] == "Map" else type_, _SCALARS[collection[1]]]


def _type_of_getter(source: str) -> Any:
    """The type that a computed attribute's getter gives; None for blocks, which no stack here reads."""
    getter = _GETTER.search(source)
    if getter is None or getter[1] is None:
        return None
    if getter[1] in _LIST_GETTERS:
        return ["set" if "Fn.tolist(" in source else "list", _LIST_GETTERS[getter[1]]]
    return _GETTERS.get(getter[1])


def _struct_of(value: str) -> str:
    name = re.search(r"(\w+)ToHclTerraform", value.replace("cdktf.listMapperHcl", ""))
    assert name, value
    return name[1][0].upper() + name[1][1:]
