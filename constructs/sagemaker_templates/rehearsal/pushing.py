"""A push to main of a project: what it changes in the repository, and the delivery pipeline that it starts."""

from collections.abc import Mapping
from typing import Any

from sagemaker_templates.rehearsal.connections import start_by_connection
from sagemaker_templates.rehearsal.repository import ChangedTip, Changes, Tip, source_of
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings

_SHORT = 8
"""Characters of a commit's id that are shown."""


def push(
    happenings: Happenings, kind: str, pipeline: Mapping[str, Any], tip: Tip, changes: Changes | None = None
) -> Tip:
    """Push to main, which starts the project's delivery pipeline and nothing else.

    Args:
        kind: of the repository, as settings have it.
        pipeline: the delivery pipeline's definition.
        tip: where the repository's files were read from until now.
        changes: files that the push changes; none for what lies there as it is.

    Returns:
        Where the files are read from now.

    Raises:
        RehearsalFailed: no rule matches, another one does, or its role may not start the pipeline.
    """
    if kind != "CodeCommit":
        start_by_connection(happenings, pipeline, kind)
        return ChangedTip(tip, changes) if changes else tip
    name = str(source_of(pipeline)["configuration"]["RepositoryName"])
    if changes:
        _commit(happenings, name, changes)
    commit = _tip(_codecommit(happenings), name)
    happenings.note(ADMINISTRATOR, f"told EventBridge of a push to main of {name}: {commit[:_SHORT]}")
    happenings.start(happenings.place.pushed(name, commit), str(pipeline["name"]))
    return tip


def _commit(happenings: Happenings, repository: str, changes: Changes) -> None:
    codecommit = _codecommit(happenings)
    put = {path: content for path, content in changes.items() if content is not None}
    codecommit.create_commit(
        repositoryName=repository,
        branchName="main",
        parentCommitId=_tip(codecommit, repository),
        putFiles=[
            {"filePath": path, "fileContent": content} for path, content in changes.items() if content is not None
        ],
        deleteFiles=[{"filePath": path} for path in changes if path not in put],
    )


def _tip(codecommit: Any, repository: str) -> str:
    return str(codecommit.get_branch(repositoryName=repository, branchName="main")["branch"]["commitId"])


def _codecommit(happenings: Happenings) -> Any:
    return happenings.emulator.client("codecommit", happenings.place.account, happenings.place.region)
