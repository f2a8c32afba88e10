"""A project's repository: created, and filled once with its seed code."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.blocks.iam import Statement
from sagemaker_templates.blocks.protection import lifecycle
from sagemaker_templates.naming import FoundationNames, ProjectNames
from sagemaker_templates.providers import aws

BRANCH = "main"
CONNECTION = "CodeStarSourceConnection"
"""CodePipeline's name of the source action that fetches through a connection."""


@dataclass(frozen=True)
class Source:
    """A repository as a delivery pipeline sees it.

    Attributes:
        provider: CodePipeline's name of the source action.
        configuration: of the source action.
        statements: what the pipeline's role needs to read the repository.
        repository: the resource that is the repository.
        seeded: depend on it to find the repository filled.
        clone_url: where a data scientist clones it from.
    """

    provider: str
    configuration: dict[str, str]
    statements: Sequence[Statement]
    repository: Any
    seeded: Any
    clone_url: str

    @property
    def comes_through_connection(self) -> bool:
        """Whether CodePipeline fetches it through a connection, from outside of AWS."""
        return self.provider == CONNECTION


def codecommit_repository(scope: Any, id_: str, *, names: ProjectNames, protect: bool) -> Source:
    """Add a CodeCommit repository and have the environment's seeder fill it, once, at creation.

    Terraform has no resource that commits to CodeCommit. The seeder commits to an empty repository and does nothing
    to any other, and its invocation is never repeated for the same repository: what people commit later is neither
    drift nor overwritten.

    The repository is encrypted with CodeCommit's own key: with a key of the project, each person who clones would
    need rights on that key (https://docs.aws.amazon.com/codecommit/latest/userguide/encryption.html).
    """
    repository = aws.codecommit_repository.CodecommitRepository(
        scope,
        id_,
        repository_name=names.repository,
        description=f"Code of the SageMaker project {names.project.name}",
        lifecycle=lifecycle(scope, "aws_codecommit_repository", id_, protect=protect),
    )
    seeded = aws.lambda_invocation.LambdaInvocation(
        scope,
        f"{id_}_seed",
        function_name=FoundationNames(names.project.environment).seeder_function,
        input=json.dumps({"repository": names.repository, "template": names.project.template}, sort_keys=True),
        lifecycle_scope="CREATE_ONLY",
        depends_on=[repository],
    )
    return Source(
        provider="CodeCommit",
        configuration={
            "RepositoryName": names.repository,
            "BranchName": BRANCH,
            "PollForSourceChanges": "false",
            "OutputArtifactFormat": "CODE_ZIP",
        },
        statements=[_read(names)],
        repository=repository,
        seeded=seeded,
        clone_url=repository.clone_url_http,
    )


def _read(names: ProjectNames) -> Statement:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html

    GetRepository is asked for when an action hands on a clone, which this one does not. It stays: the role that
    CodePipeline's console writes for any CodeCommit source has it, and it shows names and addresses only.
    """
    return Statement(
        "ReadRepository",
        [
            "codecommit:CancelUploadArchive",
            "codecommit:GetBranch",
            "codecommit:GetCommit",
            "codecommit:GetRepository",
            "codecommit:GetUploadArchiveStatus",
            "codecommit:UploadArchive",
        ],
        [names.arn("codecommit", names.repository)],
    )
