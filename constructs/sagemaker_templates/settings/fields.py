"""The kinds of text that settings are made of, each with AWS's rule for it.

A template uses them for its own parameters as well.
"""

from typing import Annotated, Literal

from pydantic import Field

from sagemaker_templates.settings.regions import region_rule
from sagemaker_templates.settings.rules import AtMost, NotAToken, Rule, Source

_ARN = "arn:aws(?:-[a-z]+)*"

AccountId = Annotated[
    str,
    Rule("[0-9]{12}", 'the 12 digits of an account id in quotes, such as "111111111111"', example="{account}"),
    Source("https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"),
]

Region = Annotated[str, region_rule()]

# 8 hexadecimal digits in old ids, 17 in new ones.
_IDS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"
_ID = "(?:[0-9a-f]{8}|[0-9a-f]{17})"
VpcId = Annotated[
    str,
    Rule(f"vpc-{_ID}", '"vpc-" and 8 or 17 hexadecimal digits', example="vpc-0a1b2c3d4e5f60718"),
    Source(_IDS),
]
SubnetId = Annotated[
    str,
    Rule(f"subnet-{_ID}", '"subnet-" and 8 or 17 hexadecimal digits', example="subnet-0a1b2c3d4e5f60711"),
    Source(_IDS),
]
SecurityGroupId = Annotated[
    str,
    Rule(f"sg-{_ID}", '"sg-" and 8 or 17 hexadecimal digits', example="sg-0a1b2c3d4e5f60713"),
    Source(_IDS),
]
# 16 subnets and 5 groups, one of which is the project's own.
_VPC_CONFIG = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"
SubnetIds = Annotated[
    tuple[SubnetId, ...],
    Field(min_length=1, max_length=16),
    Source(_VPC_CONFIG),
]
SecurityGroupIds = Annotated[
    tuple[SecurityGroupId, ...],
    Field(min_length=1),
    AtMost(4, "since the project's own group is one more, and SageMaker takes five"),
    Source(_VPC_CONFIG),
]

_BUCKET_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_RESERVED = "(?!(?:xn--|sthree-|amzn-s3-demo-)|.*(?:-s3alias|--ol-s3|\\.mrap|--x-s3|--table-s3)$)"
_NO_IP_ADDRESS = "(?![0-9]+(?:\\.[0-9]+){3}$)"
_BUCKET = f"{_RESERVED}{_NO_IP_ADDRESS}[a-z0-9](?:[a-z0-9-]|\\.(?!\\.)){{1,61}}[a-z0-9]"
BucketName = Annotated[
    str,
    Rule(
        _BUCKET,
        "3 to 63 lower-case letters, digits, hyphens and single dots, no dot or hyphen at the ends; "
        "no IP address, no beginning or end that S3 reserves",
        example="example-models-{account}",
    ),
    Source(_BUCKET_NAMES),
]
BucketArn = Annotated[
    str,
    Rule(
        f"{_ARN}:s3:::{_BUCKET}",
        'the ARN of a bucket, such as "arn:aws:s3:::access-logs"',
        example="arn:{partition}:s3:::example-access-logs-{account}",
    ),
    Source(_BUCKET_NAMES),
]
# Characters that need no escaping, but for "*": in the ARNs of a role's policy it would stand for anything.
_KEY_PART = "[A-Za-z0-9!_'()-][A-Za-z0-9!_.'()-]*"
KeyPrefix = Annotated[
    str,
    Rule(
        f"{_KEY_PART}(?:/{_KEY_PART})*",
        "names of letters, digits and !_.'()- separated by single slashes, none at the ends",
        max_length=512,
        example="sagemaker-templates/dev",
    ),
    Source("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"),
]
# What Terraform's S3 backend accepts.
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY = f"(?:{_UUID}|mrk-[0-9a-f]{{32}})"
_ALIAS = "alias/[A-Za-z0-9/_-]{1,250}"
KmsKeyId = Annotated[
    str,
    Rule(
        f"{_ALIAS}|{_KEY}|{_ARN}:kms:[a-z0-9-]+:[0-9]{{12}}:(?:key/{_KEY}|{_ALIAS})",
        'a KMS key: its alias ("alias/…"), its id or its ARN',
        example="alias/terraform-state",
    ),
    Source("https://developer.hashicorp.com/terraform/language/backend/s3"),
]
KmsKeyArn = Annotated[
    str,
    Rule(
        f"{_ARN}:kms:[a-z0-9-]+:[0-9]{{12}}:key/{_KEY}",
        'the ARN of a KMS key (not of an alias): "arn:aws:kms:REGION:ACCOUNT:key/ID"',
        example="arn:{partition}:kms:{region}:{account}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    ),
    Source("https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html"),
]
RelativePath = Annotated[
    str,
    Rule(
        "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+)*",
        'a folder below the one that holds the environments, such as "terraform-state"',
        example="terraform-state",
    ),
]
_VERSION = "(?:=|!=|>=|<=|>|<|~>)? *[0-9]+(?:\\.[0-9]+){0,2}(?:-[0-9A-Za-z.]+)?"
VersionConstraint = Annotated[
    str,
    Rule(
        f" *{_VERSION} *(?:, *{_VERSION} *)*",
        'a Terraform version constraint, such as ">= 5.100, < 7"',
        example=">= 5.100, < 7",
    ),
    Source("https://developer.hashicorp.com/terraform/language/expressions/version-constraints"),
]
_RETENTION = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
LogRetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    Source(_RETENTION),
]
PolicyName = Annotated[
    str,
    Rule(
        "(?:[A-Za-z0-9_+=,.@-]{1,128}/){0,3}[A-Za-z0-9_+=,.@-]{1,128}",
        "the name (not the ARN) of an IAM policy: 1 to 128 letters, digits and _+=,.@-, after its path if it has one "
        '("team/boundary")',
        max_length=512,
        example="team/boundary",
    ),
    Source("https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"),
]

# Lower case is usual in some teams.
VariableName = Annotated[
    str,
    Rule(
        "[A-Za-z_][A-Za-z0-9_]*",
        "the name of an environment variable: letters, digits and underscores, no digit at the beginning",
        max_length=128,
        example="ACCOUNT_ID",
    ),
    Source("https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html"),
]
EnvironmentName = Annotated[
    str,
    Rule(
        "[a-z0-9](?:-?[a-z0-9])*",
        "1 to 32 lower-case letters, digits and single hyphens, no hyphen at the ends",
        max_length=32,
        example="pre-prod",
    ),
]
# A pipeline has 50 stages, and no policy that names each account is then longer than AWS takes: see
# tests/unit/test_fleet.py.
EnvironmentNames = Annotated[
    tuple[EnvironmentName, ...],
    Field(max_length=40),
    Source("https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"),
]
# SageMaker allows upper case too; the names of S3 buckets, which are derived from it, do not.
ProjectName = Annotated[
    str,
    Rule(
        "[a-z0-9](?:-*[a-z0-9]){0,31}",
        "1 to 32 lower-case letters, digits and hyphens, no hyphen at the ends",
        max_length=32,
        example="abalone",
    ),
    Source(
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProject.html#sagemaker-CreateProject-request-ProjectName"
    ),
]
# Lower-case, as SageMaker makes them: it writes the ARNs of what is named after the id in lower case.
ProjectId = Annotated[
    str,
    Rule(
        "[a-z0-9](?:-*[a-z0-9])*",
        "1 to 20 lower-case letters, digits and hyphens, no hyphen at the ends",
        max_length=20,
        example="p-abalone01",
    ),
    Source(
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProject.html#sagemaker-CreateProject-response-ProjectId"
    ),
]
_DOMAINS = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html"
_DOMAIN = "d-(?:-*[a-z0-9]){1,61}"
DomainId = Annotated[
    str,
    Rule(
        _DOMAIN,
        'the id of a SageMaker domain: "d-" and lower-case letters, digits and hyphens',
        max_length=63,
        example="d-0a1b2c3d4e5f",
    ),
    Source(_DOMAINS),
]
DomainArn = Annotated[
    str,
    Rule(
        f"{_ARN}:sagemaker:[a-z0-9-]+:[0-9]{{12}}:domain/{_DOMAIN}",
        'the ARN of a SageMaker domain: "arn:aws:sagemaker:REGION:ACCOUNT:domain/d-…"',
        max_length=256,
        example="arn:{partition}:sagemaker:{region}:{account}:domain/d-0a1b2c3d4e5f",
    ),
    Source(_DOMAINS),
]
# Users and organizations of GitHub, also of the time before hyphens had to stand single and inside; managed users
# have an underscore.
RepositoryOwner = Annotated[
    str,
    Rule(
        "[A-Za-z0-9][A-Za-z0-9_-]*",
        "a GitHub user or organization: 1 to 39 letters, digits, hyphens and underscores, no hyphen first",
        max_length=39,
        example="example-org",
    ),
    Source(
        "https://docs.github.com/en/enterprise-cloud@latest/admin/concepts/identity-and-access-management/username-considerations-for-external-authentication"
    ),
]
# Below it the API is found at /api/v3.
_PORT = "(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
_HOST_NAME = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
GitHubBaseUrl = Annotated[
    str,
    NotAToken(
        f"(?!https://(?:www\\.|api\\.)?github\\.com(?:[:/]|$))"
        f"(?:https://{_HOST_NAME}|http://(?:localhost|127(?:\\.[0-9]{{1,3}}){{3}}|\\[::1\\])){_PORT}/?",
        'the address of GitHub Enterprise without a path, such as "https://github.example.com"; '
        "http only for a loopback address",
        max_length=255,
        example="https://github.example.com",
    ),
    Source("https://docs.github.com/en/enterprise-server@latest/rest/enterprise-admin"),
]
GitHubNumber = Annotated[
    str,
    Rule("[1-9][0-9]{0,19}", 'GitHub\'s number for it in quotes, such as "123456"', example="123456"),
    Source(
        "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation"
    ),
]
GitHubTopic = Annotated[
    str,
    Rule(
        "[a-z0-9][a-z0-9-]{0,49}",
        "1 to 50 lower-case letters, digits and hyphens, no hyphen at the beginning",
        max_length=50,
        example="forecasting",
    ),
    Source(
        "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/classifying-your-repository-with-topics"
    ),
]
# A repository has 20 at most, of which two are the project's own.
GitHubTopics = Annotated[
    tuple[GitHubTopic, ...], AtMost(18, "since the project's own topics are two more, and GitHub takes 20")
]
SecretName = Annotated[
    str,
    NotAToken(
        "[A-Za-z0-9/_+=.@-]{1,512}",
        "the name (not the value) of a secret in Secrets Manager: letters, digits and /_+=.@-",
        example="team/example-secret",
    ),
    Source("https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"),
]
_HUB_NAME = "(?![.-])(?!.*(?:--|\\.\\.))[A-Za-z0-9._-]+(?<![.-])"
HubModelId = Annotated[
    str,
    NotAToken(
        f"(?:{_HUB_NAME}/)?{_HUB_NAME}",
        'a model of the Hugging Face hub as "owner/name": letters, digits and single . _ -',
        max_length=96,
        example="TinyLlama/TinyLlama-1.1B-Chat-v1.0",
    ),
    Source(
        "https://huggingface.co/docs/huggingface_hub/package_reference/utilities#huggingface_hub.utils.validate_repo_id"
    ),
]
HubRevision = Annotated[
    str,
    NotAToken(
        "[A-Za-z0-9](?:[._/-]?[A-Za-z0-9])*",
        "a branch, a tag or a commit: letters, digits and single . _ / -",
        max_length=255,
        example="main",
    ),
]
# Both the old and the new name of the service stand in ARNs.
ConnectionArn = Annotated[
    str,
    Rule(
        f"{_ARN}:(?:codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{{12}}:connection/[0-9A-Za-z-]+",
        'the ARN of a connection: "arn:aws:codeconnections:REGION:ACCOUNT:connection/ID"',
        max_length=256,
        example="arn:{partition}:codeconnections:{region}:{account}:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    ),
    Source("https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html"),
]
ExternalId = Annotated[
    str,
    Rule("[A-Za-z0-9_+=,.@:/-]{2,1224}", "2 to 1224 letters, digits and _+=,.@:/-", example="ours-and-theirs"),
    Source("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"),
]
RoleArn = Annotated[
    str,
    Rule(
        f"{_ARN}:iam::[0-9]{{12}}:role/(?:[A-Za-z0-9_+=,.@-]{{1,128}}/){{0,4}}[A-Za-z0-9_+=,.@-]{{1,64}}",
        'the ARN of a role: "arn:aws:iam::ACCOUNT:role/NAME"',
        max_length=2048,
        example="arn:{partition}:iam::{account}:role/deploy",
    ),
    Source("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns"),
]

ModelPackageGroupName = Annotated[
    str,
    Rule(
        "[a-zA-Z0-9](?:-*[a-zA-Z0-9])*",
        "the name (not the ARN) of a model package group: 1 to 63 letters, digits and hyphens, no hyphen at the ends",
        max_length=63,
        example="abalone-p-abalone01",
    ),
    Source("https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html"),
]
# The names of jobs have 63 characters, of which SageMaker's pipelines need 24 and the name of the step the rest.
# Lower-case, as the seeds write them: a role's rights on a prefix tell upper from lower case.
JobPrefix = Annotated[
    str,
    Rule(
        "[a-z0-9](?:-*[a-z0-9])*",
        "1 to 24 lower-case letters, digits and hyphens, no hyphen at the ends",
        max_length=24,
        example="scoring",
    ),
    Source("https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html"),
]

# 2 to 256 characters.
ImageRepository = Annotated[
    str,
    Rule(
        "[a-z0-9](?:[._/-]?[a-z0-9])+",
        "the name of a repository of images, without registry and tag: lower-case letters, digits and single . _ - /",
        max_length=256,
        example="sagemaker-xgboost",
    ),
    Source("https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"),
]
ImageRepositories = Annotated[tuple[ImageRepository, ...], Field(min_length=1, max_length=20)]


def _cron_field(value: str, *others: str) -> str:
    """A list of values, ranges and steps, or what else the field allows."""
    one = "|".join([f"(?:\\*|{value}(?:-{value})?)(?:/[1-9][0-9]*)?", *others])
    return f"(?:{one})(?:,(?:{one}))*"


# One unit is written in the singular, and exactly one of day of the month and day of the week is "?".
_RATE = "rate\\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9][0-9]+) (?:minutes|hours|days))\\)"
_DAY = "(?:[1-9]|[12][0-9]|3[01])"
_MONTH = "(?:[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_WEEKDAY = "(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
_DATE = (
    f"(?:{_cron_field(_DAY, 'L', 'LW', f'{_DAY}W')} {_cron_field(_MONTH)} \\?"
    f"|\\? {_cron_field(_MONTH)} {_cron_field(_WEEKDAY, 'L', f'{_WEEKDAY}L', f'{_WEEKDAY}#[1-5]')})"
)
_CRON = (
    f"cron\\({_cron_field('[1-5]?[0-9]')} {_cron_field('(?:1?[0-9]|2[0-3])')} {_DATE}"
    f" {_cron_field('(?:19[7-9][0-9]|20[0-9][0-9]|21[0-9][0-9])')}\\)"
)
ScheduleExpression = Annotated[
    str,
    Rule(
        f"{_RATE}|{_CRON}",
        'EventBridge\'s "rate(1 day)" or "cron(minutes hours day-of-month month day-of-week year)", in UTC; '
        'one of the two days is "?", as in "cron(0 6 * * ? *)"',
        max_length=256,
        example="cron(0 6 * * ? *)",
    ),
    Source("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"),
]
