"""What every stack has: its backend, its provider, its tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagemaker_templates.providers import aws, cdktf
from sagemaker_templates.settings.model import Environment
from sagemaker_templates.stacks.backend import add_backend

PROVIDER_SOURCE = "hashicorp/aws"


def new_stack(
    app: Any,
    name: str,
    *,
    environment: Environment,
    tags: Mapping[str, str],
    project_folder: Path,
    stack_folder: Path,
) -> Any:
    """Add a stack whose provider refuses any account but the environment's.

    Args:
        tags: put on every resource of the stack.

    Returns:
        The ``TerraformStack``.
    """
    stack = cdktf.TerraformStack(app, name)
    add_backend(stack, name=name, environment=environment, project_folder=project_folder, stack_folder=stack_folder)
    aws.provider.AwsProvider(
        stack,
        "aws",
        region=environment.region,
        allowed_account_ids=[environment.account_id],
        default_tags=[aws.provider.AwsProviderDefaultTags(tags=dict(sorted(tags.items())))],
    )
    # The bindings pin the version that they were generated from; what the stacks use exists in both majors.
    stack.add_override("terraform.required_providers.aws.source", PROVIDER_SOURCE)
    stack.add_override("terraform.required_providers.aws.version", environment.aws_provider_version)
    return stack
