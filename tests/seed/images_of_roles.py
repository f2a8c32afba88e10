"""Which images a project's roles may use, as its reviewed stack says."""

import json
from pathlib import Path

_GOLDEN = Path(__file__).parents[1] / "unit" / "golden"


def allowed_images(case: str, project: str, sid: str, role: str = "execution_role") -> set[str]:
    """The repositories in one statement of a role, of a project in a golden case."""
    stack = json.loads((_GOLDEN / case / "stacks" / f"dev-{project}" / "cdk.tf.json").read_text(encoding="utf-8"))
    statements = stack["data"]["aws_iam_policy_document"][f"{role}_rights"]["statement"]
    (found,) = [statement for statement in statements if statement["sid"] == sid]
    return {resource.rpartition(":repository/")[2] for resource in found["resources"]}


def repository_of(image: str) -> str:
    """The repository of an image: its address without registry and tag."""
    return image.partition("/")[2].partition(":")[0]
