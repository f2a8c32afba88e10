"""What is at the tip of a repository's branch, read as a delivery pipeline's source action reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sagemaker_templates.rehearsal.acting import RoleSession


class Tip(Protocol):
    """Where a source action gets the files from."""

    def checkout(self, configuration: Mapping[str, str], actor: RoleSession, workspace: Path) -> Path:
        """Give a folder with the files.

        Args:
            configuration: of the source action, with ``RepositoryName`` and ``BranchName``.
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


def _paths(codecommit: Any, repository: str, commit: str, folder: str) -> Iterator[str]:
    found = codecommit.get_folder(repositoryName=repository, commitSpecifier=commit, folderPath=folder)
    yield from (each["absolutePath"].lstrip("/") for each in found["files"])
    for each in found["subFolders"]:
        yield from _paths(codecommit, repository, commit, each["absolutePath"])
