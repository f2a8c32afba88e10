"""What a template's functions are given: the stack to add to, the project's settings, its names."""

from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.naming import ProjectNames, TargetNames
from sagemaker_templates.settings.model import Environment, Project, Target


@dataclass(frozen=True)
class ProjectContext:
    """One project while its stack is being built.

    Attributes:
        stack: the ``TerraformStack`` that resources are added to.
        outputs: name → (value, description); they become the stack's outputs.
        assets: the files that must lie beside the stack's JSON.
    """

    stack: Any
    project: Project
    names: ProjectNames
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    assets: list[Asset] = field(default_factory=list)

    @property
    def permissions_boundary_arn(self) -> str | None:
        """ARN of the boundary that every role gets, or None."""
        name = self.project.permissions_boundary_name
        return self.names.global_arn("iam", f"policy/{name}") if name else None

    @property
    def access_logs_bucket(self) -> str | None:
        """Name of the bucket that receives access logs, or None."""
        arn = self.project.s3_access_logs_bucket_arn
        return arn.rpartition(":")[2] if arn else None

    @property
    def reader_accounts(self) -> tuple[str, ...]:
        """Root ARNs of the accounts that the project's models are promoted to, its own left out, each once."""
        own = self.project.environment.account_id
        accounts = sorted({target.account_id for target in self.project.targets} - {own})
        return tuple(f"arn:{self.names.partition}:iam::{account}:root" for account in accounts)

    @property
    def account_root(self) -> str:
        """ARN of the root principal of the project's account."""
        return self.names.global_arn("iam", "root")


@dataclass(frozen=True)
class TargetContext:
    """One stage of a deployment while its stack is being built.

    Attributes:
        stack: the ``TerraformStack`` that resources are added to.
        environment: the stage's.
        outputs: name → (value, description); they become the stack's outputs.
    """

    stack: Any
    project: Project
    target: Target
    environment: Environment
    names: TargetNames
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def permissions_boundary_arn(self) -> str | None:
        """ARN of the boundary that every role gets, or None."""
        name = self.target.permissions_boundary_name
        return self.names.global_arn("iam", f"policy/{name}") if name else None

    @property
    def protects_data(self) -> bool:
        """Whether what holds data in this stage refuses to be destroyed: the project's own word, else the stage's."""
        return self.project.protects_data_in(self.environment)

    @property
    def access_logs_bucket(self) -> str | None:
        """Name of the bucket that receives access logs, or None; it must lie in the stage's own account."""
        own = self.environment.name == self.project.environment.name
        arn = (self.project if own else self.environment).s3_access_logs_bucket_arn
        return arn.rpartition(":")[2] if arn else None

    @property
    def account_root(self) -> str:
        """ARN of the root principal of the stage's account."""
        return self.names.global_arn("iam", "root")
