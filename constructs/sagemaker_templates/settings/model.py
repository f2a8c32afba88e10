"""What the rest of the program sees of a user's settings: validated, resolved, immutable.

Nothing here knows YAML (see ``loading``) or CDKTF (see ``stacks``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from sagemaker_templates.settings.problems import Problem

RepositoryType = Literal["CodeCommit", "GitHub", "GitHub Enterprise"]
RepositoryDeletion = Literal["archive", "delete"]

EngineName = Literal["terraform", "opentofu"]

_EMPTY: Mapping[str, str] = MappingProxyType({})


class TemplateParameters(BaseModel):
    """Base of the parameters that one template adds to the common ones.

    Fields are snake_case; the user writes kebab-case or snake_case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Fields of which a project gives those of exactly one group, all of them; none of them is required by itself."""


@dataclass(frozen=True)
class Network:
    """Where jobs and endpoints run inside a VPC; empty means SageMaker's own network.

    Attributes:
        vpc_owner_account_id: whose VPC and subnets they are; None where they are the account's own.
    """

    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    vpc_owner_account_id: str | None = None


@dataclass(frozen=True)
class S3State:
    """Remote state in S3, locked by S3 itself."""

    bucket: str
    key_prefix: str
    region: str
    kms_key_id: str | None = None


@dataclass(frozen=True)
class LocalState:
    """State in a folder, relative to the folder that holds ``environments/``."""

    path: str = "terraform-state"


SESSION_NAME = "sagemaker-templates"
"""What CloudTrail shows of who did something as the role that Terraform took."""


@dataclass(frozen=True)
class DeployRole:
    """The role that Terraform takes for an environment, for its provider and for a state in S3."""

    arn: str
    external_id: str | None = None
    session_tags: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True)
class Environment:
    """One account and region that projects are created in (``environments/<name>/environment.yaml``)."""

    name: str
    account_id: str
    region: str
    state: S3State | LocalState
    deploy_role: DeployRole | None = None
    network: Network = Network()
    promotes_to: tuple[str, ...] = ()
    protect_data: bool = True
    aws_provider_version: str = ">= 5.100, < 7"
    engine: EngineName = "terraform"
    log_retention_days: int = 365
    permissions_boundary_name: str | None = None
    s3_access_logs_bucket_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True)
class Target:
    """An account that a project's models are promoted to.

    Attributes:
        permissions_boundary_name: the project's own, else that of the target's environment.
        tags: of what the project has there: the environment's, with the project's own on top.
    """

    name: str
    account_id: str
    region: str
    network: Network = Network()
    permissions_boundary_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True)
class GitHubApp:
    """An installed GitHub App that acts in place of a person's token; its key is in a secret."""

    id: str
    installation_id: str
    private_key_secret_name: str


@dataclass(frozen=True)
class Repository:
    """Where a project's code lives.

    Attributes:
        owner: None for CodeCommit only, as is the connection.
        app: acts in place of the token, where there is one.
        base_url: of GitHub Enterprise, without a slash at its end; None for github.com.
        branch_protection: whether main takes pull requests only.
        required_reviews: how many people approve each of them; 0 to 6.
        vulnerability_alerts: whether GitHub warns of dependencies with known holes.
        deletion: what becomes of the repository when its project is destroyed.
        topics: besides the project's own.
    """

    type: RepositoryType = "CodeCommit"
    owner: str | None = None
    access_token_secret_name: str = "github_token"  # noqa: S105 - the name of a secret, not a secret
    codeconnection_arn: str | None = None
    app: GitHubApp | None = None
    base_url: str | None = None
    branch_protection: bool = True
    required_reviews: int = 1
    vulnerability_alerts: bool = True
    deletion: RepositoryDeletion = "archive"
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """One SageMaker project in one environment (``environments/<environment>/projects/<file>.yaml``).

    Attributes:
        team: the folder below ``projects`` that its file is in; None where it is in none.
        promotes_to: goes above the environment's; None leaves it to that.
        protect_data: goes above the environments'; None leaves it to each of them.
    """

    environment: Environment
    template: str
    name: str
    id: str
    parameters: TemplateParameters
    network: Network = Network()
    targets: tuple[Target, ...] = ()
    repository: Repository = Repository()
    domain_id: str | None = None
    domain_arn: str | None = None
    cross_account_external_id: str | None = None
    permissions_boundary_name: str | None = None
    s3_access_logs_bucket_arn: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    promotes_to: tuple[str, ...] | None = None
    protect_data: bool | None = None
    team: str | None = None

    @property
    def promoted_to(self) -> tuple[str, ...]:
        """The names that decide where models go: the project's own, else those of its environment."""
        return self.environment.promotes_to if self.promotes_to is None else self.promotes_to

    @property
    def protects_data(self) -> bool:
        """Whether what holds the project's work refuses to be destroyed."""
        return self.protects_data_in(self.environment)

    def protects_data_in(self, environment: Environment) -> bool:
        """The same of what the project has in another environment: its own word, else that environment's."""
        return environment.protect_data if self.protect_data is None else self.protect_data

    @property
    def stages(self) -> tuple[Target, ...]:
        """Where a deployment goes, in order: the project's own environment, then its targets."""
        own = Target(
            self.environment.name,
            self.environment.account_id,
            self.environment.region,
            self.network,
            self.permissions_boundary_name,
            self.tags,
        )
        return own, *self.targets


@dataclass(frozen=True)
class Configuration:
    """All environments and projects of one ``environments/`` folder, sorted by name.

    Attributes:
        notices: what is no mistake, but what the user will want to know, sorted by file and line.
    """

    environments: tuple[Environment, ...]
    projects: tuple[Project, ...]
    notices: tuple[Problem, ...] = ()
