"""What tests call to get Terraform in a folder of their own."""

from collections.abc import Mapping
from typing import Any, Protocol

from sagemaker_templates.operations.terraform import Progress, Terraform


class TerraformFactory(Protocol):
    """Makes a stack of Terraform JSON and hands back a Terraform that has been initialized in it."""

    def __call__(
        self,
        name: str,
        stack: Mapping[str, Any],
        account_id: str,
        region: str = "us-east-1",
        *,
        progress: Progress | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Terraform: ...
