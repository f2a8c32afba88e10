"""A provider's schema, in the words of `terraform providers schema -json`.

The format is described at https://developer.hashicorp.com/terraform/cli/commands/providers/schema; only what a
configuration is checked against is kept, which leaves out descriptions.
"""

from typing import Any, NotRequired, TypedDict

# As Terraform writes a type in JSON: "string", ["list", "number"], ["set", ["object", {"id": "string"}]].
TypeConstraint = str | list[Any]


class Attribute(TypedDict):
    """One attribute; at least one of ``required``, ``optional`` and ``computed`` is there, and true."""

    type: TypeConstraint
    required: NotRequired[bool]
    optional: NotRequired[bool]
    computed: NotRequired[bool]


class Block(TypedDict):
    """The attributes and nested blocks of a resource, a data source, a provider or a nested block."""

    attributes: dict[str, Attribute]
    block_types: dict[str, "NestedBlock"]


class NestedBlock(TypedDict):
    """A nested block; ``nesting_mode`` is list, set or single, and no bound is one that is not given."""

    nesting_mode: str
    min_items: NotRequired[int]
    max_items: NotRequired[int]
    block: Block


class ProviderSchema(TypedDict):
    """What a provider offers."""

    provider: Block
    resource_schemas: dict[str, Block]
    data_source_schemas: dict[str, Block]
