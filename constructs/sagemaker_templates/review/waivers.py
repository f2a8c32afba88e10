"""The failures of checkov's checks that are accepted, each with its reason.

checkov reads no comments in Terraform JSON, so they stand here. A waiver is exact both ways: a failure without
one fails the scan, and so does a waiver whose resources all pass.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Waiver:
    """One accepted failure.

    Attributes:
        check: id of the check.
        resources: pattern of Terraform addresses, such as ``aws_s3_bucket.*``.
        reason: why the failure is right.
        setting: the key in ``environments/`` that decides whether the check fails; such a waiver may rest.
    """

    check: str
    resources: str
    reason: str
    setting: str | None = None

    def covers(self, check: str, address: str) -> bool:
        """Whether a failure of ``check`` at ``address`` is accepted."""
        return check == self.check and fnmatchcase(address, self.resources)


_KEY_POLICIES = "data.aws_iam_policy_document.*_key_policy"
_KEY_ITSELF = "in a key policy '*' is the key that the policy belongs to; its ARN does not exist yet"
_UNSCOPED_NETWORK = "SageMaker refuses processing jobs in a VPC whose role has the rights to interfaces narrowed"
_AT_THE_END = "is called by Terraform alone, when a target is destroyed; Terraform waits for its answer and shows it"
_RETIREMENT = "aws_lambda_function.endpoint_retirement_function"
_TEMPLATE_REPOSITORIES = "github_repository.*_*"
_AT_CREATION = "runs once per new repository, called by Terraform, which waits for its answer and shows it"

WAIVERS = (
    Waiver("CKV_AWS_109", _KEY_POLICIES, _KEY_ITSELF),
    Waiver("CKV_AWS_111", _KEY_POLICIES, _KEY_ITSELF),
    Waiver("CKV_AWS_356", _KEY_POLICIES, _KEY_ITSELF),
    *(
        Waiver(check, "data.aws_iam_policy_document.execution_role_rights", _UNSCOPED_NETWORK, setting="subnet-ids")
        for check in ("CKV_AWS_109", "CKV_AWS_111", "CKV_AWS_356")
    ),
    Waiver(
        "CKV_AWS_18",
        "aws_s3_bucket.*",
        "access logs need a bucket to go to, which the platform team has or has not",
        setting="s3-access-logs-bucket-arn",
    ),
    Waiver(
        "CKV_AWS_144",
        "aws_s3_bucket.*",
        "a project lives in one region; what it holds can be made again from the repository and the data",
    ),
    Waiver("CKV2_AWS_62", "aws_s3_bucket.*", "nothing waits for an object to arrive; pipelines start on commits"),
    Waiver("CKV_AWS_115", "aws_lambda_function.seeder", f"{_AT_CREATION}; reserved concurrency would starve others"),
    Waiver("CKV_AWS_116", "aws_lambda_function.seeder", f"{_AT_CREATION}: there is no event that could be lost"),
    Waiver("CKV_AWS_117", "aws_lambda_function.seeder", f"{_AT_CREATION}; it speaks to CodeCommit alone, over TLS"),
    Waiver(
        "CKV_AWS_272",
        "aws_lambda_function.seeder",
        f"{_AT_CREATION}; its archive lies beside the JSON, and its digest is reviewed and checked",
    ),
    Waiver("CKV_AWS_115", _RETIREMENT, f"{_AT_THE_END}; reserved concurrency would starve others"),
    Waiver("CKV_AWS_116", _RETIREMENT, f"{_AT_THE_END}: there is no event that could be lost"),
    Waiver("CKV_AWS_117", _RETIREMENT, f"{_AT_THE_END}; it speaks to AWS's own APIs alone, over TLS"),
    Waiver(
        "CKV_AWS_272",
        _RETIREMENT,
        f"{_AT_THE_END}; its archive lies beside the JSON, and its digest is reviewed and checked",
    ),
    Waiver(
        "CKV2_AWS_34",
        "aws_ssm_parameter.facts",
        "names and ARNs that every plan shows; a secret among them would be a mistake, encrypted or not",
    ),
    Waiver(
        "CKV2_AWS_5",
        "aws_security_group.endpoint_security_group",
        "the endpoint that it is for is created by the project's own pipeline, in a state of its own",
    ),
    Waiver(
        "CKV2_GIT_1",
        _TEMPLATE_REPOSITORIES,
        "Terraform alone writes a template repository's files, to its main branch; its plan shows each change",
    ),
    Waiver(
        "CKV2_GIT_1",
        "github_repository.repository",
        "GitHub protects no branch of a private repository of a personal account without a paid plan",
        setting="branch-protection",
    ),
    Waiver(
        "CKV_GIT_5",
        "github_branch_protection.repository_main",
        "how many people review is the project team's to say",
        setting="required-reviews",
    ),
    Waiver(
        "CKV_GIT_6",
        "github_branch_protection.repository_main",
        "signed commits need a key on each person's machine, which the platform team cannot give them",
    ),
    Waiver(
        "CKV_AWS_338",
        "aws_cloudwatch_log_group.*",
        "how long logs are kept is the platform team's to say",
        setting="log-retention-days",
    ),
    Waiver(
        "CKV2_AWS_37",
        "aws_codecommit_repository.repository",
        "who approves pull requests is the project team's to say; Terraform cannot know them",
    ),
    Waiver(
        "CKV_SMT_1",
        "terraform.backend",
        "a state in a folder is for one person trying things out; it leaves the machine only if they copy it",
        setting="state",
    ),
    Waiver(
        "CKV_SMT_7",
        "aws_codecommit_repository.repository",
        "CodeCommit encrypts with the account's own key of its service; a key of the project's would have to be "
        "opened to every person who clones",
    ),
)
