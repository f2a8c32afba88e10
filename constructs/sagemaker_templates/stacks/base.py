"""What every stack has: its backend, its provider, its tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagemaker_templates.providers import aws, cdktf
from sagemaker_templates.settings.model import SESSION_NAME, DeployRole, Environment
from sagemaker_templates.stacks.backend import add_backend

PROVIDER_SOURCE = "hashicorp/aws"
ROLE_VARIABLE = "deploy_role_arn"


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
        assume_role=_assumed(environment.deploy_role) if environment.deploy_role else None,
        default_tags=[aws.provider.AwsProviderDefaultTags(tags=dict(sorted(tags.items())))],
    )
    # The bindings pin the version that they were generated from; what the stacks use exists in both majors.
    stack.add_override("terraform.required_providers.aws.source", PROVIDER_SOURCE)
    stack.add_override("terraform.required_providers.aws.version", environment.aws_provider_version)
    if environment.deploy_role:
        _let_plans_be_another_roles(stack, environment.deploy_role)
    return stack


def _assumed(role: DeployRole) -> list[Any]:
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assume_role-configuration-block
    return [
        aws.provider.AwsProviderAssumeRole(
            role_arn=f"${{var.{ROLE_VARIABLE}}}",
            session_name=SESSION_NAME,
            external_id=role.external_id,
            tags=dict(sorted(role.session_tags.items())) or None,
        )
    ]


def _let_plans_be_another_roles(stack: Any, role: DeployRole) -> None:
    """Let whoever runs a plan name a role that may read alone, where the saved plan does not hold it.

    A variable's value is saved with the plan, and so applied with; that of an ephemeral one is not, and is given anew
    (https://developer.hashicorp.com/terraform/language/block/variable#ephemeral,
    https://opentofu.org/docs/language/ephemerality).
    """
    cdktf.TerraformVariable(
        stack, ROLE_VARIABLE, type="string", default=role.arn, description="The role that Terraform takes here"
    )
    stack.add_override(f"variable.{ROLE_VARIABLE}.ephemeral", True)
