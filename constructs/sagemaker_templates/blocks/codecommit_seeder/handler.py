"""Lambda function: commits a template's seed code to an empty CodeCommit repository, and to no other.

Runs with what the Lambda runtime has: this file stands alone beside ``seeds/<template>/`` in the function's archive.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_codecommit.type_defs import PutFileEntryTypeDef

BRANCH = "main"
SEEDS = Path(__file__).with_name("seeds")
AUTHOR = "SageMaker project templates"


def handler(event: dict[str, str], context: object) -> dict[str, Any]:
    """Seed one repository.

    Args:
        event: ``repository``, the name of the repository, and ``template``, whose seed it gets.
        context: Lambda's own; not used.

    Returns:
        ``seeded``: whether a commit was made; ``commit``: its id; ``files``: how many files it has.
    """
    repository, template = event["repository"], event["template"]
    codecommit = boto3.client("codecommit")
    if codecommit.list_branches(repositoryName=repository)["branches"]:
        return {"seeded": False, "repository": repository}
    files = _files(SEEDS / template)
    commit = codecommit.create_commit(
        repositoryName=repository,
        branchName=BRANCH,
        authorName=AUTHOR,
        commitMessage=f"Seed code of the template {template}",
        putFiles=files,
    )
    return {"seeded": True, "repository": repository, "commit": commit["commitId"], "files": len(files)}


def _files(folder: Path) -> list[PutFileEntryTypeDef]:
    """Every file below the folder as CreateCommit wants it; one commit takes at most 100."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {
            "filePath": path.relative_to(folder).as_posix(),
            "fileContent": path.read_bytes(),
            "fileMode": "NORMAL",
        }
        for path in paths
    ]
