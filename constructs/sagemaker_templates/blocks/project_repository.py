"""A project's repository, wherever it is kept: templates ask for it here and do not know which kind they get."""

from typing import Any

from sagemaker_templates.blocks.code_repository import Source, codecommit_repository
from sagemaker_templates.blocks.github_repository import github_repository
from sagemaker_templates.naming import ProjectNames


def project_repository(scope: Any, id_: str, *, names: ProjectNames, protect: bool) -> Source:
    """Add the repository that the project's settings ask for, filled once with its seed code."""
    if names.project.repository.type == "CodeCommit":
        return codecommit_repository(scope, id_, names=names, protect=protect)
    return github_repository(scope, id_, names=names, protect=protect)
