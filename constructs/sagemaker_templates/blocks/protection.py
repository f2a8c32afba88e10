"""Protection of what holds people's work from a careless destroy."""

from collections.abc import Sequence
from typing import Any

from sagemaker_templates.providers import cdktf


def lifecycle(protect: bool, ignore_changes: Sequence[str] = ()) -> Any:
    """``prevent_destroy`` when ``protect``; ``protect-data: false`` in environment.yaml turns it off.

    Args:
        ignore_changes: attributes that matter at creation only.
    """
    wanted: dict[str, Any] = {}
    if protect:
        wanted["prevent_destroy"] = True
    if ignore_changes:
        wanted["ignore_changes"] = list(ignore_changes)
    return cdktf.TerraformResourceLifecycle(**wanted) if wanted else None
