"""Outputs of a stack, under exactly the names that a template gives them."""

from collections.abc import Mapping
from typing import Any

from sagemaker_templates.providers import cdktf


def add_outputs(stack: Any, outputs: Mapping[str, tuple[str, str]]) -> None:
    """Add outputs: name → (value, description)."""
    for name, (value, description) in outputs.items():
        cdktf.TerraformOutput(stack, f"output_{name}", value=value, description=description).override_logical_id(name)
