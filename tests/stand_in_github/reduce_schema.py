"""Reduce the real provider's schema to what the stand-in is measured against.

On a machine that can install the provider, in a folder whose configuration requires integrations/github 6.9.0::

    terraform init
    terraform providers schema -json | python reduce_schema.py > real_schema_6.9.0.json

Descriptions go, for they are prose; everything else that constrains a configuration stays. One line for each resource
and data source, so that two versions can be compared by eye.
"""

import json
import sys
from typing import Any

_PROVIDER = "registry.terraform.io/integrations/github"
_PROSE = ("description", "description_kind")


def reduced(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block in which nothing but constraints is left."""
    attributes = block.get("attributes", {})
    return {
        "attributes": {name: _without_prose(attribute) for name, attribute in attributes.items()},
        "block_types": {
            name: {**nested, "block": reduced(nested["block"])}
            for name, nested in block.get("block_types", {}).items()
        },
    }


def _without_prose(attribute: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attribute.items() if key not in _PROSE}


def main() -> None:
    """Read Terraform's JSON from the standard input and write the reduced one."""
    schema = json.load(sys.stdin)["provider_schemas"][_PROVIDER]
    lines = [f'"provider": {json.dumps(reduced(schema["provider"]["block"]))}']
    for kind in ("resource_schemas", "data_source_schemas"):
        entries = (
            f"{json.dumps(name)}: {json.dumps(reduced(found['block']))}" for name, found in schema[kind].items()
        )
        lines.append(f'"{kind}": {{\n' + ",\n".join(entries) + "\n}")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
