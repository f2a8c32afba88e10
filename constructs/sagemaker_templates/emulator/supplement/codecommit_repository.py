"""One CodeCommit repository: what is known about it, its branches and its commits."""

import re
from dataclasses import dataclass, field

from sagemaker_templates.emulator.call import JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import AwsError
from sagemaker_templates.emulator.supplement.git_objects import Commit

_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


@dataclass
class Repository:
    """A repository with its content."""

    place: Place
    name: str
    id: str
    created: float
    modified: float
    description: str | None
    kms_key_id: str
    tags: dict[str, str]
    default_branch: str | None = None
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)

    def metadata(self) -> JsonObject:
        """Return what the API calls the repository's metadata."""
        host = f"git-codecommit.{self.place.region}.amazonaws.com/v1/repos/{self.name}"
        known = {
            "accountId": self.place.account,
            "repositoryId": self.id,
            "repositoryName": self.name,
            "repositoryDescription": self.description,
            "defaultBranch": self.default_branch,
            "lastModifiedDate": self.modified,
            "creationDate": self.created,
            "cloneUrlHttp": f"https://{host}",
            "cloneUrlSsh": f"ssh://{host}",
            "Arn": arn_of(self),
            "kmsKeyId": self.kms_key_id,
        }
        return {name: value for name, value in known.items() if value is not None}

    def tip_of(self, branch: str) -> Commit:
        """Return the newest commit of a branch.

        Raises:
            AwsError: there is no such branch.
        """
        if branch not in self.branches:
            raise AwsError("BranchDoesNotExistException", f"Branch {branch} does not exist in {self.name}")
        return self.commits[self.branches[branch]]

    def resolve(self, specifier: str | None) -> Commit:
        """Return the commit that a branch, a reference or a commit id names; by default the default branch.

        Raises:
            AwsError: there is no such commit.
        """
        wanted = (specifier or self.default_branch or "").removeprefix("refs/heads/")
        commit = self.commits.get(self.branches.get(wanted, wanted))
        if commit is None:
            raise AwsError("CommitDoesNotExistException", f"{specifier or 'HEAD'} names no commit in {self.name}")
        return commit

    def append(self, branch: str, commit: Commit, now: float) -> None:
        """Make a commit the tip of a branch; the first branch becomes the default one."""
        self.commits[commit.id] = commit
        self.branches[branch] = commit.id
        self.default_branch = self.default_branch or branch
        self.modified = now


def arn_of(repository: Repository) -> str:
    """Return a repository's ARN."""
    return repository.place.arn("codecommit", repository.name)


def name_of(arn: str) -> str:
    """Return the name in a repository's ARN."""
    return arn.rpartition(":")[2]


def check_name(name: str) -> None:
    """Refuse what AWS refuses as a repository's name.

    Raises:
        AwsError: the name is not allowed.
    """
    if not _NAME.fullmatch(name) or name.endswith(".git"):
        raise AwsError("InvalidRepositoryNameException", f"{name} is not a valid repository name")
