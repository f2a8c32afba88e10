"""A schema in Terraform's JSON, as the plugin protocol wants it.

PyPI's `tf` has neither object types nor list blocks; values pass through unchanged here, so that any type will do.
"""

import json
from collections.abc import Container
from typing import Any

from provider_schema import Attribute, Block, NestedBlock, TypeConstraint
from tf import schema
from tf.gen import tfplugin_pb2 as protocol
from tf.types import TfType


class AnyType(TfType):
    """A type constraint as Terraform writes it; values are what the wire carries."""

    def __init__(self, constraint: TypeConstraint) -> None:
        self.constraint = constraint

    def encode(self, value: Any) -> Any:
        """Return the value."""
        return value

    def decode(self, value: Any) -> Any:
        """Return the value."""
        return value

    def semantically_equal(self, a_decoded: Any, b_decoded: Any) -> bool:
        """Compare; the order of a set's members says nothing."""
        if self.constraint[0] == "set" and isinstance(a_decoded, list) and isinstance(b_decoded, list):
            return sorted(map(repr, a_decoded)) == sorted(map(repr, b_decoded))
        return bool(a_decoded == b_decoded)

    def tf_type(self) -> bytes:
        """Return the constraint as the protocol wants it."""
        return json.dumps(self.constraint).encode()


class AnyNestedBlock(schema.NestedBlock):
    """A nested block of any nesting; values are what the wire carries."""

    _MODES = {  # noqa: RUF012 - the protocol's numbers are no type of ours
        "list": protocol.Schema.NestedBlock.NestingMode.LIST,
        "set": protocol.Schema.NestedBlock.NestingMode.SET,
        "single": protocol.Schema.NestedBlock.NestingMode.SINGLE,
    }

    def __init__(self, name: str, nested: NestedBlock) -> None:
        self.mode = nested["nesting_mode"]
        super().__init__(
            name, schema.NestMode.Set, _block(nested["block"]), nested.get("min_items"), nested.get("max_items")
        )

    def to_pb(self) -> Any:
        """Return the block as the protocol wants it."""
        return protocol.Schema.NestedBlock(
            type_name=self.type_name,
            block=self.block.to_pb(),
            nesting=self._MODES[self.mode],
            min_items=self.min_items,
            max_items=self.max_items,
        )

    def encode(self, value: Any) -> Any:
        """Return the value."""
        return value

    def decode(self, value: Any) -> Any:
        """Return the value."""
        return value

    def semantically_equal(self, a_decoded: Any, b_decoded: Any) -> bool:
        """Compare."""
        return bool(a_decoded == b_decoded)


def plugin_schema(block: Block, replacing: Container[str] = ()) -> schema.Schema:
    """Return the schema of a block; a change of one of the attributes ``replacing`` replaces the resource."""
    attributes, blocks = _members(block, replacing)
    return schema.Schema(attributes=attributes, block_types=blocks, version=0)


def _block(block: Block) -> schema.Block:
    attributes, blocks = _members(block, ())
    return schema.Block(attributes=attributes, block_types=blocks)


def _members(block: Block, replacing: Container[str]) -> tuple[list[schema.Attribute], list[schema.NestedBlock]]:
    attributes = [_attribute(name, attribute, name in replacing) for name, attribute in block["attributes"].items()]
    return attributes, [AnyNestedBlock(name, nested) for name, nested in block["block_types"].items()]


def _attribute(name: str, attribute: Attribute, replacing: bool) -> schema.Attribute:
    return schema.Attribute(
        name,
        AnyType(attribute["type"]),
        required=attribute.get("required", False),
        optional=attribute.get("optional", False),
        computed=attribute.get("computed", False),
        requires_replace=replacing,
    )
