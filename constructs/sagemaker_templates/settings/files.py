"""The files that a user writes, key by key: validation, schemas and reference come from these models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sagemaker_templates.settings import fields
from sagemaker_templates.settings.model import EngineName, RepositoryDeletion, RepositoryType
from sagemaker_templates.settings.tags import Tags


class FileModel(BaseModel):
    """Base of what stands in a file: nothing unknown, no silent conversion, no change afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NetworkKeys(FileModel):
    """A VPC that jobs and endpoints run in."""

    vpc_id: fields.VpcId | None = Field(default=None, description="The VPC.")
    subnet_ids: fields.SubnetIds | None = Field(default=None, description="Subnets of the VPC; 1 to 16.")
    security_group_ids: fields.SecurityGroupIds | None = Field(
        default=None,
        description="Security groups besides the project's own; 1 to 4, since SageMaker takes five in all.",
    )
    vpc_owner_account_id: fields.AccountId | None = Field(
        default=None,
        description="The account that shares VPC and subnets through AWS RAM, where they are not the account's own.",
    )


class TargetKeys(NetworkKeys):
    """What `<environment>-…` keys of a project say about one account, above the environment's own file."""

    account_id: fields.AccountId | None = Field(default=None, description="The account.")
    region: fields.Region | None = Field(default=None, description="The region.")


class S3StateKeys(FileModel):
    """Terraform state in an S3 bucket, locked by S3 itself."""

    type: Literal["s3"] = Field(description="State in an S3 bucket.")
    bucket: fields.BucketName = Field(description="The bucket that holds the states.")
    key_prefix: fields.KeyPrefix = Field(description="Where in the bucket the states of this environment lie.")
    region: fields.Region | None = Field(
        default=None, description="The bucket's region, where it is not the environment's."
    )
    kms_key_id: fields.KmsKeyId | None = Field(
        default=None, description="The KMS key of the states: an alias, an id or an ARN."
    )


class LocalStateKeys(FileModel):
    """Terraform state in a folder of this machine."""

    type: Literal["local"] = Field(description="State in a folder.")
    path: fields.RelativePath = Field(
        default="terraform-state",
        description="The folder, relative to the one that holds the environments; not in what `synth` writes.",
    )


class DeployRoleKeys(FileModel):
    """The role that Terraform takes for an environment; whoever runs it needs no credentials of the account."""

    arn: fields.RoleArn = Field(description="The role: one of the environment's account.")
    external_id: fields.ExternalId | None = Field(
        default=None, description="What its trust policy asks for as `sts:ExternalId`."
    )
    session_tags: Tags | None = Field(
        default=None, description="Tags of the sessions; its trust policy has to allow `sts:TagSession`."
    )


class DefaultKeys(FileModel):
    """What any project may say, and an environment may say for all its projects."""

    sagemaker_domain_id: fields.DomainId | None = Field(
        default=None, description="The SageMaker domain that the project belongs to."
    )
    sagemaker_domain_arn: fields.DomainArn | None = Field(default=None, description="The ARN of that domain.")
    repository_type: RepositoryType = Field(default="CodeCommit", description="Where the project's code lives.")
    repository_owner: fields.RepositoryOwner | None = Field(
        default=None, description="The owner of the repository; needed for GitHub and GitHub Enterprise."
    )
    access_token_secret_name: fields.SecretName = Field(
        default="github_token", description="The secret in Secrets Manager that holds the GitHub token."
    )
    aws_codeconnection_arn: fields.ConnectionArn | None = Field(
        default=None, description="The connection to GitHub; needed for GitHub and GitHub Enterprise."
    )
    github_base_url: fields.GitHubBaseUrl | None = Field(
        default=None, description="Where GitHub Enterprise is; needed for it, and for nothing else."
    )
    github_app_id: fields.GitHubNumber | None = Field(
        default=None, description="A GitHub App that acts in place of a token; organizations only."
    )
    github_app_installation_id: fields.GitHubNumber | None = Field(
        default=None, description="That app's installation in the organization."
    )
    github_app_private_key_secret_name: fields.SecretName | None = Field(
        default=None, description="The secret in Secrets Manager whose whole text is that app's private key (PEM)."
    )
    branch_protection: bool = Field(
        default=True, description="GitHub: changes reach main by pull request only, which nobody may force."
    )
    required_reviews: int = Field(
        default=1, ge=0, le=6, description="GitHub: how many people approve a pull request; 0 to 6."
    )
    vulnerability_alerts: bool = Field(
        default=True,
        description="GitHub: warn of dependencies with known holes; an Enterprise Server may not have it.",
    )
    repository_deletion: RepositoryDeletion = Field(
        default="archive", description="GitHub: what becomes of the repository when the project is destroyed."
    )
    repository_topics: fields.GitHubTopics = Field(
        default=(), description="GitHub: topics of the repository, besides `sagemaker-project` and the template's."
    )
    cross_account_external_id: fields.ExternalId | None = Field(
        default=None, description="The external id that roles in other accounts ask for."
    )
    permissions_boundary_name: fields.PolicyName | None = Field(
        default=None, description="The permissions boundary of every role; above the environment's."
    )
    s3_access_logs_bucket_arn: fields.BucketArn | None = Field(
        default=None,
        description="The bucket that receives the access logs of every bucket; above the environment's.",
    )
    tags: Tags | None = Field(default=None, description="Tags of every resource; above the environment's tags.")
    custom_tags: Tags | None = Field(default=None, description="More tags of every resource; above `tags`.")


class TeamKeys(DefaultKeys):
    """`environments/<environment>/projects/<team>/defaults.yaml`: what the projects beside it have in common."""

    promotes_to: fields.EnvironmentNames | None = Field(
        default=None,
        description="The environments that the project's models go to, in order; above its environment's.",
    )


class ProjectKeys(TeamKeys):
    """`environments/<environment>/projects/<file>.yaml`: one SageMaker project."""

    project_template_type: str = Field(description="The template that the project is made from.")
    sagemaker_project_name: fields.ProjectName = Field(
        description="The name of the project: lower case, since names of buckets are derived from it."
    )
    sagemaker_project_id: fields.ProjectId = Field(
        description="The project's id, of your choosing. It is the tag `sagemaker:project-id` of all that the "
        "project has, and a part of the names of its model package group and ML pipeline, so it stays. No other "
        "project of the account and region has it. None need exist in SageMaker or Service Catalog; where one does, "
        "give its id."
    )
    protect_data: bool | None = Field(
        default=None,
        description="Refuse to destroy what holds the project's work, in every environment; above the environments'.",
    )


class EnvironmentKeys(FileModel):
    """`environments/<environment>/environment.yaml`: one account and region."""

    account_id: fields.AccountId = Field(description="The account: 12 digits, in quotes.")
    region: fields.Region = Field(description="The region.")
    state: Annotated[S3StateKeys | LocalStateKeys, Field(discriminator="type")] = Field(
        description="Where Terraform keeps its state."
    )
    deploy_role: DeployRoleKeys | None = Field(
        default=None,
        description="The role that Terraform plans and applies as; without it, whoever runs Terraform.",
    )
    network: NetworkKeys = Field(
        default=NetworkKeys(),
        description="The VPC that jobs and endpoints run in; without it, SageMaker's own network.",
    )
    promotes_to: fields.EnvironmentNames = Field(
        default=(), description="The environments that models go to from here, in order; at most 40."
    )
    protect_data: bool = Field(
        default=True,
        description="Refuse to destroy what holds work: repositories, buckets, model package groups, keys.",
    )
    aws_provider_version: fields.VersionConstraint = Field(
        default=">= 5.100, < 7", description="The versions of Terraform's AWS provider that may be used."
    )
    engine: EngineName = Field(
        default="terraform", description="The program that plans and applies: Terraform or OpenTofu."
    )
    log_retention_days: fields.LogRetentionDays = Field(
        default=365, description="How many days logs are kept; one of the numbers CloudWatch knows."
    )
    permissions_boundary_name: fields.PolicyName | None = Field(
        default=None, description="The permissions boundary of every role."
    )
    s3_access_logs_bucket_arn: fields.BucketArn | None = Field(
        default=None, description="The bucket that receives the access logs of every bucket."
    )
    tags: Tags | None = Field(default=None, description="Tags of every resource.")
    variables: tuple[fields.VariableName, ...] = Field(
        default=(),
        description="The environment variables that this file and the projects' may take values from by `valueFrom`.",
    )
    defaults: DefaultKeys = Field(
        default=DefaultKeys(),
        description="What the projects of this environment have in common; a project may say otherwise.",
    )
