"""Counts, per template, the IAM statements of roles: in all, with a wildcard in an action, with ``*`` as a resource.

Counted on the golden case that has every option on, so that nothing an option adds is missed.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

GOLDEN = Path(__file__).parents[1] / "unit" / "golden"


def templates() -> dict[str, list[Path]]:
    """The stacks of each template's golden cases; those of a deployment's targets are counted apart."""
    found: dict[str, list[Path]] = {}
    for file in sorted(GOLDEN.glob("*/stacks/*/cdk.tf.json")):
        template = _template(json.loads(file.read_text())["resource"].get("aws_lambda_invocation", {}))
        if template:
            found.setdefault(template, []).append(file)
    return found


def _template(invocations: dict[str, Any]) -> str | None:
    """A project's stack has its repository seeded, a target's has its endpoint retired; a foundation does neither."""
    if "endpoint_retirement" in invocations:
        return "model_deploy, each target"
    seed = invocations.get("repository_seed")
    return str(json.loads(seed["input"])["template"]) if seed else None


def _statements(file: Path) -> Iterator[dict[str, Any]]:
    """What roles may do; trust, bucket and key policies are not counted."""
    documents = json.loads(file.read_text())["data"]["aws_iam_policy_document"]
    for name, document in documents.items():
        if name.endswith("_rights"):
            yield from document["statement"]


def counts(file: Path) -> Counter[str]:
    """The figures of one stack."""
    figures: Counter[str] = Counter()
    for statement in _statements(file):
        figures["statements"] += 1
        figures["wildcard action"] += any("*" in action for action in statement["actions"])
        figures["* resource"] += "*" in statement["resources"]
    return figures


def main() -> None:
    """Print the table."""
    columns = ("statements", "wildcard action", "* resource")
    table = Table("template", *columns, title="IAM statements of roles, every option on")
    for template, files in templates().items():
        largest = max((counts(file) for file in files), key=lambda figures: figures["statements"])
        table.add_row(template, *(str(largest[column]) for column in columns))
    Console().print(table)


if __name__ == "__main__":
    main()
