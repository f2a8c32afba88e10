"""The schema of the GitHub provider, rebuilt from its CDKTF bindings.

The provider's binary is in no Python or npm registry, but its bindings were generated from its schema: the jsii
package carries the generated TypeScript (inside its source maps), in which each attribute stands with its type and a
comment that says whether it is required, optional or computed. What the generator left out cannot come back: see
`test_stand_in_github_schema.py` for the list, measured against the real schema.
"""

import base64
import importlib.util
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from provider_schema import Attribute, Block, NestedBlock, ProviderSchema, TypeConstraint

_SOURCE_MAP = re.compile(rb"sourceMappingURL=data:application/json;base64,(\S+)")
_TERRAFORM_TYPE = re.compile(r'tfResourceType = "(?P<name>\w+)"')
_ROOT = re.compile(
    r"^export class (?P<name>\w+) extends cdktf\.Terraform(?P<kind>Resource|DataSource|Provider) ", re.M
)
_VERSION = re.compile(r"providers/integrations/github/(?P<version>\d+\.\d+\.\d+)/docs")
_DECLARATION = re.compile(r"^export (?:class|interface|function) (?P<name>\w+).*?^\}", re.M | re.S)
# An argument, in the function or method that writes it as HCL.
_ARGUMENT = re.compile(
    r"^ +(?P<name>\w+): \{\n +value: (?P<value>.*),\n +isBlock: (?P<block>true|false),"
    r'\n +type: "(?P<type>\w+)",\n +storageClassType: "(?P<storage>\w+)",',
    re.M,
)
_PROPERTY = re.compile(r"^  readonly (?P<name>\w+)(?P<optional>\??): ", re.M)
_COMMENT = re.compile(
    r"^  // (?P<name>\w+) - computed: (?P<computed>\w+), optional: (?P<optional>\w+), required: (?P<required>\w+)\n"
    r"(?P<first>.*)\n(?P<second>.*)",
    re.M,
)
_GETTER = re.compile(r"return (?P<set>cdktf\.Fn\.tolist\()?this\.get(?P<type>\w+)Attribute\(")
_FIELD = re.compile(r"= new (?P<type>[\w.]+)\(this, \"\w+\"(?:, (?P<set>true|false))?\)")
_STRUCTURE = re.compile(r"(?P<name>\w+)ToHclTerraform[,(]")

_SCALARS = {"string": "string", "boolean": "bool", "number": "number"}
# `alias` is Terraform's, not the provider's.
_META_ARGUMENTS = frozenset({"alias"})


class BindingsError(Exception):
    """The bindings hold something that this module cannot read; the message says where."""


def provider_schema() -> ProviderSchema:
    """Return the whole provider's schema.

    Raises:
        BindingsError: a construct in the bindings is not understood: nothing is left out in silence.
    """
    modules = list(_modules())
    [provider] = (module for module in modules if module.kind == "Provider")
    return {
        "provider": provider.block,
        "resource_schemas": {m.terraform_type: m.block for m in modules if m.kind == "Resource"},
        "data_source_schemas": {m.terraform_type: m.block for m in modules if m.kind == "DataSource"},
    }


def provider_version() -> str:
    """Return the version of the provider whose schema the bindings were generated from, such as 6.9.0."""
    versions = {match["version"] for module in _modules() if (match := _VERSION.search(module.source))}
    if len(versions) != 1:
        raise BindingsError(f"the bindings name the provider versions {sorted(versions)}, not one")
    return versions.pop()


def _modules() -> Iterator["_Module"]:
    with tarfile.open(_archive()) as files:
        for member in files:
            content = files.extractfile(member)
            if content is None or not member.name.endswith("/index.js"):
                continue
            source = _typescript(content.read())
            # The index of all modules declares no construct of its own.
            if root := _ROOT.search(source):
                yield _Module(source, root["name"], root["kind"])


def _archive() -> Path:
    # To import the package would start Node.
    specification = importlib.util.find_spec("cdktf_cdktf_provider_github")
    if specification is None or specification.origin is None:
        raise BindingsError("the bindings are not installed")
    [archive] = Path(specification.origin).parent.glob("_jsii/*.jsii.tgz")
    return archive


def _typescript(compiled: bytes) -> str:
    source_map = _SOURCE_MAP.search(compiled)
    if source_map is None:
        raise BindingsError("a module of the bindings has no source map")
    return str(json.loads(base64.b64decode(source_map[1]))["sourcesContent"][0])


@dataclass(frozen=True)
class _Module:
    """The TypeScript of one resource, data source or provider."""

    source: str
    root: str
    kind: str

    @property
    def terraform_type(self) -> str:
        match = _TERRAFORM_TYPE.search(self.source)
        if match is None:
            raise BindingsError(f"{self.root} names no Terraform type")
        return match["name"]

    @property
    def block(self) -> Block:
        arguments = self._declarations[self.root].rpartition("synthesizeHclAttributes()")[2]
        return self._block(arguments, self.root, f"{self.root}Config")

    @cached_property
    def _declarations(self) -> dict[str, str]:
        return {match["name"]: match[0] for match in _DECLARATION.finditer(self.source)}

    def _structure(self, name: str) -> Block:
        function = f"{name[0].lower()}{name[1:]}ToHclTerraform"
        return self._block(self._declarations.get(function, ""), f"{name}OutputReference", name)

    def _block(self, arguments: str, class_name: str, interface: str) -> Block:
        block = Block(attributes={}, block_types={})
        optional = {
            match["name"]: bool(match["optional"]) for match in _PROPERTY.finditer(self._declarations[interface])
        }
        comments = {match["name"]: match for match in _COMMENT.finditer(self._declarations.get(class_name, ""))}
        for argument in _ARGUMENT.finditer(arguments):
            name = argument["name"]
            if name in _META_ARGUMENTS:
                continue
            required = not optional[_camel_case(argument["value"])]
            computed = name in comments and comments[name]["computed"] == "true"
            if (type_ := _argument_type(argument)) is None:
                block["block_types"][name] = self._nested(argument, required)
            else:
                block["attributes"][name] = _attribute(
                    type_, required=required, optional=not required, computed=computed
                )
        for name, comment in comments.items():
            if name not in {*block["attributes"], *block["block_types"], *_META_ARGUMENTS}:
                block["attributes"][name] = _attribute(self._computed_type(comment), computed=True)
        return block

    def _nested(self, argument: re.Match[str], required: bool) -> NestedBlock:
        structure = _STRUCTURE.search(argument["value"])
        if structure is None:
            raise BindingsError(f"{self.root}: the block {argument['name']} names no structure")
        single = argument["type"] == "struct"
        nested = NestedBlock(
            nesting_mode="single" if single else argument["type"],
            block=self._structure(structure["name"][0].upper() + structure["name"][1:]),
        )
        if required:
            nested["min_items"] = 1
        if not single and "listMapperHcl(" not in argument["value"]:
            nested["max_items"] = 1
        return nested

    def _computed_type(self, comment: re.Match[str]) -> TypeConstraint:
        """Return the type of what the provider alone gives, from the getter or the field that reads it."""
        if field := _FIELD.search(comment["first"]):
            return self._field_type(field)
        getter = _GETTER.search(comment["second"])
        if getter is None:
            raise BindingsError(f"{self.root}: no type is seen for {comment['name']}")
        collection = "set" if getter["set"] else "list"
        types: dict[str, TypeConstraint] = {
            "String": "string",
            "Boolean": "bool",
            "Number": "number",
            "List": [collection, "string"],
            "NumberList": [collection, "number"],
        }
        return types[getter["type"]]

    def _field_type(self, field: re.Match[str]) -> TypeConstraint:
        collection = "set" if field["set"] == "true" else "list"
        if map_ := re.fullmatch(r"cdktf\.(String|Number|Boolean)Map(List)?", field["type"]):
            element = ["map", _SCALARS[map_[1].lower()]]
            return [collection, element] if map_[2] else element
        element_block = self._structure(field["type"].removesuffix("List").removesuffix("OutputReference"))
        return [collection, ["object", {name: a["type"] for name, a in element_block["attributes"].items()}]]


def _argument_type(argument: re.Match[str]) -> TypeConstraint | None:
    """Return the type of an argument that is an attribute, None for a block."""
    storage = argument["storage"]
    if argument["type"] == "simple" and storage in _SCALARS:
        return _SCALARS[storage]
    for suffix, collection in (("List", argument["type"]), ("Map", "map")):
        if (element := _SCALARS.get(storage.removesuffix(suffix))) and storage.endswith(suffix):
            return [collection, element]
    return None


def _camel_case(value: str) -> str:
    """Return the name in TypeScript of the argument that an expression writes."""
    name = re.search(r"(?:this\._|struct!\.)(\w+)(?:\.internalValue)?\)*$", value)
    if name is None:
        raise BindingsError(f"no name of an argument is seen in {value}")
    return name[1]


def _attribute(
    type_: TypeConstraint, *, required: bool = False, optional: bool = False, computed: bool = False
) -> Attribute:
    attribute = Attribute(type=type_)
    if required:
        attribute["required"] = True
    if optional:
        attribute["optional"] = True
    if computed:
        attribute["computed"] = True
    return attribute
