"""One context for names, ARNs and tags: every physical name is computed here from settings, and only here.

Stacks never read each other's outputs: what one stack names, another computes again. The names are a contract:
changing one destroys and recreates somebody's resource, so ``tests/unit/test_naming.py`` pins them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sagemaker_templates.settings import regions
from sagemaker_templates.settings import tags as tag_rules
from sagemaker_templates.settings.model import Environment, Project, S3State, Target

SERVICE_ROLE_PATH = "/service-role/"
PROJECT_NAME_TAG = tag_rules.PROJECT_NAME
"""Is on everything that belongs to a project, its endpoints included."""
TARGET_ROLE_PATH = "/model-deploy/"
"""Of every role that a deployment has in its targets: what other accounts grant is granted to roles of this path."""

DEPLOYER_ROLES = "*-deployer"
ENDPOINT_ROLES = "*-endpoint"
"""How the roles of that path that make models of packages, and that load models, are named."""


@dataclass(frozen=True)
class Limit:
    """What AWS accepts as the name of one kind of resource.

    Attributes:
        kind: how AWS's documentation calls the resource.
        length: the most characters.
        pattern: the whole name must match it.
        source: the page that states the rule.
        refused_by: who refuses another name.
    """

    kind: str
    length: int
    pattern: str
    source: str
    refused_by: str = "AWS"


S3_BUCKET = Limit(
    "S3 bucket",
    63,
    r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]+[a-z0-9](?<!-s3alias)",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
)
IAM_ROLE = Limit(
    "IAM role",
    64,
    r"[\w+=,.@-]+",
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
)
MODEL_PACKAGE_GROUP = Limit(
    "SageMaker model package group",
    63,
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html",
)
ML_PIPELINE = Limit(
    "SageMaker pipeline",
    256,
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html",
)
REPOSITORY = Limit(
    "CodeCommit repository",
    100,
    r"[\w.-]+(?<!\.git)",
    "https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html",
)
GITHUB_REPOSITORY = Limit(
    "GitHub repository",
    100,
    r"(?!\.{1,2}$)[A-Za-z0-9._-]+(?<!\.git)(?<!\.wiki)",
    "https://docs.github.com/en/rest/repos/repos#create-an-organization-repository",
    refused_by="GitHub",
)
BUILD_PROJECT = Limit(
    "CodeBuild project",
    150,
    r"[A-Za-z0-9][A-Za-z0-9_-]+",
    "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html",
)
DELIVERY_PIPELINE = Limit(
    "CodePipeline pipeline",
    100,
    r"[A-Za-z0-9.@_-]+",
    "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html",
)
EVENT_RULE = Limit(
    "EventBridge rule",
    64,
    r"[.\-_A-Za-z0-9]+",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
)
KMS_ALIAS = Limit(
    "KMS alias",
    256,
    r"alias/(?!aws/)[a-zA-Z0-9/_-]+",
    "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
)
LAMBDA_FUNCTION = Limit(
    "Lambda function",
    64,
    r"[a-zA-Z0-9_-]+",
    "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
)
SECURITY_GROUP = Limit(
    "EC2 security group",
    255,
    r"(?!sg-)[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+",
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
)

ENDPOINT = Limit(
    "SageMaker endpoint",
    63,
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
)
ENDPOINT_CONFIG = Limit(
    "SageMaker endpoint configuration",
    63,
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
)
PARAMETER = Limit(
    "SSM parameter",
    1011,
    r"/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*",
    "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html",
)


def partition_of(region: str) -> str:
    """The AWS partition that a region belongs to, such as ``aws``, ``aws-cn`` and ``aws-us-gov``."""
    return regions.partition(region).name


def dns_name(service: str, region: str) -> str:
    """The name of a service's endpoint in a region, as ``kms:ViaService`` and regional principals have it."""
    return f"{service}.{region}.{regions.partition(region).dns_suffix}"


def arn(service: str, resource: str, *, region: str, account_id: str) -> str:
    """The ARN of a regional resource."""
    return f"arn:{partition_of(region)}:{service}:{region}:{account_id}:{resource}"


def state_key(state: S3State, name: str) -> str:
    """Where in its bucket the state of a stack, or of an endpoint, lies."""
    return f"{state.key_prefix.strip('/')}/{name}/terraform.tfstate".lstrip("/")


@dataclass(frozen=True)
class FoundationNames:
    """Names of what the projects of one environment share."""

    environment: Environment

    @property
    def stack(self) -> str:
        return f"{self.environment.name}-foundation"

    @property
    def seeder_function(self) -> str:
        return f"sagemaker-templates-{self.environment.name}-seeder"

    @property
    def seeder_role(self) -> str:
        return self.seeder_function

    def seeder_policy(self, number: int) -> str:
        """A policy that is attached to the seeder's role; the first is its own and has its name."""
        return f"{self.seeder_role}-{number}"

    @property
    def seeder_log_group(self) -> str:
        return f"/aws/lambda/{self.seeder_function}"

    @property
    def key_alias(self) -> str:
        return f"alias/sagemaker-templates-{self.environment.name}-foundation"

    def derived(self) -> Iterator[tuple[Limit, str]]:
        """Every name in the environment's account that is derived from the environment's."""
        yield LAMBDA_FUNCTION, self.seeder_function
        yield IAM_ROLE, self.seeder_role
        yield KMS_ALIAS, self.key_alias

    def template_repository(self, template: str) -> str:
        """The GitHub repository that a template's projects are generated from."""
        return f"sagemaker-template-{self.environment.name}-{template}"

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags on every resource of the foundation stack."""
        return {tag_rules.ENVIRONMENT: self.environment.name, **self.environment.tags}

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this environment's account and region."""
        return arn(service, resource, region=self.environment.region, account_id=self.environment.account_id)


@dataclass(frozen=True)
class ProjectNames:
    """Names, ARNs and tags of one project.

    Args:
        project: the project's settings.
        suffix: ``build`` or ``deploy``; ends the names of the repository, its build and its pipeline.
    """

    project: Project
    suffix: str = "build"

    @property
    def stack(self) -> str:
        return f"{self.project.environment.name}-{self.project.name}"

    @property
    def artifact_bucket(self) -> str:
        return f"mlops-{self.project.name}-{self.project.environment.account_id}"

    @property
    def pipeline_bucket(self) -> str:
        return f"pipeline-{self.project.name}-{self.project.environment.account_id}"

    @property
    def model_package_group(self) -> str:
        return f"{self.project.name}-{self.project.id}"

    @property
    def ml_pipeline(self) -> str:
        return f"{self.project.name}-{self.project.id}"

    @property
    def pipeline_prefix(self) -> str:
        """Where in the artifact bucket the SageMaker pipeline keeps code, outputs, models and reports."""
        return f"pipelines/{self.ml_pipeline}"

    @property
    def imported_models_prefix(self) -> str:
        """Where in the artifact bucket models that come from elsewhere lie."""
        return "models"

    @property
    def repository(self) -> str:
        return f"{self.project.name}-{self.suffix}"

    @property
    def build_project(self) -> str:
        return f"{self.project.name}-{self.suffix}"

    @property
    def delivery_pipeline(self) -> str:
        return f"{self.project.name}-{self.suffix}"

    @property
    def plan_project(self) -> str:
        """The build project that plans a deployment."""
        return f"{self.build_project}-plan"

    @property
    def review_project(self) -> str:
        """The build project that reviews the plans of a deployment."""
        return f"{self.build_project}-review"

    @property
    def review_role(self) -> str:
        return f"{self.project.name}-review"

    @property
    def build_log_group(self) -> str:
        return f"/aws/codebuild/{self.build_project}"

    @property
    def push_rule(self) -> str:
        return f"{self.project.name}-{self.suffix}-push"

    @property
    def execution_role(self) -> str:
        return f"{self.project.name}-sagemaker-execution"

    @property
    def import_role(self) -> str:
        return f"{self.project.name}-huggingface-import"

    @property
    def build_role(self) -> str:
        return f"{self.project.name}-codebuild"

    @property
    def delivery_role(self) -> str:
        return f"{self.project.name}-codepipeline"

    @property
    def events_role(self) -> str:
        return f"{self.project.name}-events"

    @property
    def approval_rule(self) -> str:
        return f"{self.project.name}-{self.suffix}-approval"

    @property
    def schedule_rule(self) -> str:
        return f"{self.project.name}-{self.suffix}-schedule"

    @property
    def start_role(self) -> str:
        """The role with which EventBridge starts the SageMaker pipeline itself."""
        return f"{self.project.name}-pipeline-start"

    @property
    def jobs_security_group(self) -> str:
        return f"{self.project.name}-jobs"

    @property
    def artifact_key_alias(self) -> str:
        return f"alias/{self.project.name}-artifacts"

    @property
    def pipeline_key_alias(self) -> str:
        return f"alias/{self.project.name}-pipeline"

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags on every resource of the project."""
        return {**self.project.tags, **_studio_tags(self.project)}

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the project's account and region."""
        environment = self.project.environment
        return arn(service, resource, region=environment.region, account_id=environment.account_id)

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource that has an account and no region (IAM)."""
        environment = self.project.environment
        return f"arn:{self.partition}:{service}::{environment.account_id}:{resource}"

    def bucket_arn(self, bucket: str) -> str:
        """The ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{bucket}"

    def model_package_groups(self, group: str) -> list[str]:
        """The ARNs under which a model package group of the project's account and region may be asked for.

        SageMaker hands out ARNs of groups and packages in lower case, and has been seen to ask IAM for the name as it
        was given (https://github.com/aws-samples/ml-edge-getting-started/issues/18); IAM tells one from the other.
        """
        return [self.arn("sagemaker", f"model-package-group/{name}") for name in spellings_of_group(group)]

    def model_packages(self, group: str) -> list[str]:
        """The ARNs under which the packages of such a group may be asked for."""
        return [self.arn("sagemaker", f"model-package/{name}/*") for name in spellings_of_group(group)]

    def endpoint(self, service: str) -> str:
        """The name of a service's endpoint in the project's region, as ``kms:ViaService`` has it."""
        return dns_name(service, self.region)

    @property
    def account_id(self) -> str:
        return self.project.environment.account_id

    @property
    def region(self) -> str:
        return self.project.environment.region

    @property
    def partition(self) -> str:
        return partition_of(self.region)

    def derived(self) -> Iterator[tuple[Limit, str]]:
        """Every name that is derived from the project's name or id, with the limit it must keep."""
        yield S3_BUCKET, self.artifact_bucket
        yield S3_BUCKET, self.pipeline_bucket
        yield MODEL_PACKAGE_GROUP, self.model_package_group
        yield ML_PIPELINE, self.ml_pipeline
        if self.project.repository.type == "CodeCommit":
            yield REPOSITORY, self.repository
        else:
            yield GITHUB_REPOSITORY, self.repository
            yield (
                GITHUB_REPOSITORY,
                FoundationNames(self.project.environment).template_repository(self.project.template),
            )
        yield BUILD_PROJECT, self.build_project
        yield BUILD_PROJECT, self.plan_project
        yield DELIVERY_PIPELINE, self.delivery_pipeline
        yield EVENT_RULE, self.push_rule
        roles = (self.execution_role, self.build_role, self.delivery_role, self.events_role, self.import_role)
        for role in (*roles, self.review_role):
            yield IAM_ROLE, role
        yield SECURITY_GROUP, self.jobs_security_group
        yield KMS_ALIAS, self.artifact_key_alias
        yield KMS_ALIAS, self.pipeline_key_alias
        yield EVENT_RULE, self.approval_rule
        yield EVENT_RULE, self.schedule_rule
        yield IAM_ROLE, self.start_role


@dataclass(frozen=True)
class TargetNames:
    """Names, ARNs and tags of what a deployment has in one of its stages: an environment, its account and region.

    Names carry the environment, so that stages may share an account.

    Args:
        project: the project that deploys.
        target: one of its stages.
    """

    project: Project
    target: Target

    @property
    def stack(self) -> str:
        return f"{self.target.name}-{self.project.name}-target"

    @property
    def endpoint_state(self) -> str:
        """Under which name the endpoint's state, which the repository applies, lies beside those of the stacks."""
        return f"{self.target.name}-{self.project.name}-endpoint"

    @property
    def endpoint(self) -> str:
        return f"{self.project.name}-{self.target.name}"

    @property
    def prefix(self) -> str:
        """How the names of models, endpoint configurations and alarms of the endpoint begin."""
        return f"{self.endpoint}-"

    @property
    def longest_endpoint_config(self) -> str:
        """The repository names configurations and models after the model's version and a digest of their settings."""
        return f"{self.prefix}v999999-00000000"

    @property
    def planner_role(self) -> str:
        return f"{self.endpoint}-planner"

    @property
    def deployer_role(self) -> str:
        return f"{self.endpoint}-deployer"

    @property
    def endpoint_role(self) -> str:
        return f"{self.endpoint}-endpoint"

    @property
    def retirement(self) -> str:
        """The function that removes the endpoint, and its role."""
        return f"{self.endpoint}-retirement"

    @property
    def retirement_log_group(self) -> str:
        return f"/aws/lambda/{self.retirement}"

    @property
    def capture_bucket(self) -> str:
        return f"{self.endpoint}-capture-{self.target.account_id}"

    @property
    def key_alias(self) -> str:
        return f"alias/{self.endpoint}-endpoint"

    @property
    def security_group(self) -> str:
        return f"{self.endpoint}-endpoint"

    @property
    def log_group(self) -> str:
        return f"/aws/sagemaker/Endpoints/{self.endpoint}"

    @property
    def parameter(self) -> str:
        return f"/sagemaker-templates/{self.project.name}/{self.target.name}/target"

    @property
    def apply_project(self) -> str:
        """The build project, in the pipeline's account, that applies to this target."""
        return f"{self.project.name}-deploy-apply-{self.target.name}"

    @property
    def apply_role(self) -> str:
        return f"{self.project.name}-apply-{self.target.name}"

    @property
    def external_id(self) -> str:
        return self.project.cross_account_external_id or f"{self.project.name}-{self.project.id}"

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags on every resource of the target: the environment's, the project's, and SageMaker's own."""
        return {**self.target.tags, **_studio_tags(self.project)}

    @property
    def account_id(self) -> str:
        return self.target.account_id

    @property
    def region(self) -> str:
        return self.target.region

    @property
    def partition(self) -> str:
        return partition_of(self.region)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the target's account and region."""
        return arn(service, resource, region=self.target.region, account_id=self.target.account_id)

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource that has an account and no region (IAM)."""
        return f"arn:{self.partition}:{service}::{self.target.account_id}:{resource}"

    def role_arn(self, role: str) -> str:
        """The ARN of one of the deployment's roles in the target."""
        return self.global_arn("iam", f"role{TARGET_ROLE_PATH}{role}")

    def bucket_arn(self, bucket: str) -> str:
        """The ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{bucket}"

    def derived(self) -> Iterator[tuple[Limit, str]]:
        """Every name in the target's account, with the limit it must keep."""
        yield ENDPOINT, self.endpoint
        yield ENDPOINT_CONFIG, self.longest_endpoint_config
        for role in (self.planner_role, self.deployer_role, self.endpoint_role, self.retirement):
            yield IAM_ROLE, role
        yield LAMBDA_FUNCTION, self.retirement
        yield S3_BUCKET, self.capture_bucket
        yield KMS_ALIAS, self.key_alias
        yield SECURITY_GROUP, self.security_group
        yield PARAMETER, self.parameter

    def derived_for_pipeline(self) -> Iterator[tuple[Limit, str]]:
        """Every name in the pipeline's account that is derived from the target's, with the limit it must keep."""
        yield BUILD_PROJECT, self.apply_project
        yield IAM_ROLE, self.apply_role


def spellings_of_group(name: str) -> list[str]:
    """A model package group's name as it was given and in lower case, once where that is the same."""
    return list(dict.fromkeys([name, name.lower()]))


def _studio_tags(project: Project) -> dict[str, str]:
    """SageMaker Studio finds a project's resources by the first two."""
    own = {
        tag_rules.PROJECT_ID: project.id,
        tag_rules.PROJECT_NAME: project.name,
        tag_rules.DOMAIN_ID: project.domain_id,
        tag_rules.DOMAIN_ARN: project.domain_arn,
    }
    return {key: value for key, value in own.items() if value}


def limit_problem(limit: Limit, name: str) -> str | None:
    """Say why a derived name would be refused; None where it would not."""
    if len(name) > limit.length:
        return f'makes the {limit.kind} name "{name}" of {len(name)} characters; at most {limit.length} are allowed'
    if not re.fullmatch(limit.pattern, name):
        return f'makes the {limit.kind} name "{name}", which {limit.refused_by} refuses ({limit.source})'
    return None


def name_problems(project: Project) -> Iterator[str]:
    """Say which derived names AWS would refuse, one message each; nothing for a project that can be created."""
    for limit, name in ProjectNames(project).derived():
        problem = limit_problem(limit, name)
        if problem:
            yield problem
