"""What is at the tip of a repository's branch, read as a delivery pipeline's source action reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sagemaker_templates.rehearsal.acting import RoleSession
from sagemaker_templates.rehearsal.github import GitHubHalf

Changes = Mapping[str, bytes | None]
"""The content of files by their paths in a repository; None of those that go."""

CONNECTION = "CodeStarSourceConnection"
"""The provider of a source action that reads through a connection."""


def source_of(pipeline: Mapping[str, Any]) -> Mapping[str, Any]:
    """The source action of a pipeline, as GetPipeline describes it."""
    (source,) = (
        action
        for stage in pipeline["stages"]
        for action in stage["actions"]
        if action["actionTypeId"]["category"] == "Source"
    )
    found: Mapping[str, Any] = source
    return found


class Tip(Protocol):
    """Where a source action gets the files from."""

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give a folder with the files.

        Args:
            configuration: of the source action, with ``BranchName`` and its repository's name.
            actor: who reads.
            workspace: where a folder may be made.
        """
        ...


@dataclass(frozen=True)
class FolderTip:
    """The files are on this machine already: what somebody would have pushed."""

    folder: Path

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give the folder itself; nothing writes to it."""
        return self.folder


@dataclass(frozen=True)
class CodeCommitTip:
    """The files are packed by CodeCommit, for the role of a delivery pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give every file of the branch.

        Raises:
            RightMissing: the actor may not ask for it.
        """
        folder = workspace / "repository"
        repository, branch = configuration["RepositoryName"], configuration["BranchName"]
        # What packs is CodeCommit itself, which reads its own.
        codecommit = actor.emulator.client("codecommit", actor.account, actor.variables["AWS_REGION"])
        commit = codecommit.get_branch(repositoryName=repository, branchName=branch)["branch"]["commitId"]
        actor.does("source-from-codecommit", {"repository": repository, "branch": branch, "commit": commit})
        for path in _paths(codecommit, repository, commit, "/"):
            file = codecommit.get_file(repositoryName=repository, commitSpecifier=commit, filePath=path)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(file["fileContent"])
        return folder


@dataclass(frozen=True)
class ConnectionTip:
    """The files are fetched through a connection, for the role of a delivery pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """

    github: GitHubHalf

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give every file that the repository begins with.

        Raises:
            RightMissing: the actor may not use the connection.
            GitHubNotRehearsed: no stack makes the repository.
        """
        connection, repository = configuration["ConnectionArn"], configuration["FullRepositoryId"]
        of_codestar = connection.split(":")[2] == "codestar-connections"
        actor.does(
            "source-from-connection-of-codestar" if of_codestar else "source-from-connection",
            {"connection": connection, "repository": repository, "branch": configuration["BranchName"]},
        )
        folder = workspace / "repository"
        for path, content in self.github.files(repository).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return folder


@dataclass(frozen=True)
class ChangedTip:
    """What is at another tip, and what somebody has pushed on top of it where nothing here keeps commits."""

    before: Tip
    changes: Changes

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give the files as they are now, in the folder that the other tip has made.

        Raises:
            RightMissing: the actor may not ask for them.
        """
        folder = self.before.checkout(configuration, actor, workspace)
        for path, content in self.changes.items():
            if content is None:
                (folder / path).unlink()
            else:
                (folder / path).write_bytes(content)
        return folder


@dataclass(frozen=True)
class StandingTip:
    """The files are where the source action says: on CodeCommit, or behind a connection."""

    github: GitHubHalf = field(default_factory=lambda: GitHubHalf(()))

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give the files.

        Raises:
            RightMissing: the actor may not ask for them.
            GitHubNotRehearsed: no stack makes the repository.
        """
        tip = ConnectionTip(self.github) if "ConnectionArn" in configuration else CodeCommitTip()
        return tip.checkout(configuration, actor, workspace)


def _paths(codecommit: Any, repository: str, commit: str, folder: str) -> Iterator[str]:
    found = codecommit.get_folder(repositoryName=repository, commitSpecifier=commit, folderPath=folder)
    yield from (each["absolutePath"].lstrip("/") for each in found["files"])
    for each in found["subFolders"]:
        yield from _paths(codecommit, repository, commit, each["absolutePath"])
