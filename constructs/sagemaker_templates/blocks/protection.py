"""Protection of what holds people's work from a careless destroy."""

from typing import Any

from sagemaker_templates.providers import cdktf


def lifecycle(protect: bool) -> Any:
    """``prevent_destroy`` when ``protect``; ``protect-data: false`` in environment.yaml turns it off."""
    return cdktf.TerraformResourceLifecycle(prevent_destroy=True) if protect else None
