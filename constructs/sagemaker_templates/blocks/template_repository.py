"""A template repository on GitHub: the seed of one template, from which GitHub generates projects' repositories."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from sagemaker_templates.assets import Asset
from sagemaker_templates.blocks.code_repository import BRANCH
from sagemaker_templates.providers import github
from sagemaker_templates.seeds import SeedError

MAX_FILE_BYTES = 1024 * 1024
"""The largest file whose content GitHub gives back, and so the largest that Terraform can compare
(https://docs.github.com/en/rest/repos/contents#get-repository-content)."""


def seed_assets(template: str, files: Mapping[str, bytes]) -> list[Asset]:
    """A template's seed as files beside the stack's JSON, where a reviewer reads each change of them.

    Raises:
        SeedError: a file is not text, or more than GitHub gives back.
    """
    large = [path for path, content in files.items() if len(content) > MAX_FILE_BYTES]
    if large:
        raise SeedError(f"larger than {MAX_FILE_BYTES} bytes, GitHub's limit of one file: {', '.join(large)}")
    unreadable = [path for path, content in files.items() if not _is_text(content)]
    if unreadable:
        raise SeedError(f"not UTF-8 text, which a template repository on GitHub needs: {', '.join(unreadable)}")
    return [Asset(f"repositories/{template}/{path}", content) for path, content in files.items()]


def template_repository(
    scope: Any,
    id_: str,
    *,
    name: str,
    template: str,
    files: Sequence[Asset],
    provider: Any,
    archive: bool,
    vulnerability_alerts: bool,
) -> None:
    """Add a private template repository and its files.

    Args:
        files: see ``seed_assets``.
        provider: the configuration of the owner's GitHub provider.
        archive: whether destroying it leaves it archived.
        vulnerability_alerts: whether GitHub warns of dependencies with known holes.
    """
    repository = github.repository.Repository(
        scope,
        id_,
        provider=provider,
        name=name,
        description=f"Seed code of the SageMaker projects of template {template}; managed by Terraform",
        visibility="private",
        is_template=True,
        # A file needs a branch, which the first commit makes.
        auto_init=True,
        vulnerability_alerts=vulnerability_alerts,
        archive_on_destroy=archive,
    )
    for file in files:
        path = PurePosixPath(file.name).relative_to(f"repositories/{template}").as_posix()
        github.repository_file.RepositoryFile(
            scope,
            f"{id_}_{_identifier(path)}",
            provider=provider,
            repository=repository.name,
            branch=BRANCH,
            file=path,
            content=f'${{file("{file.terraform_path}")}}',
            commit_message=f"Seed: {path}",
            # The first commit makes a README.md; and what an interrupted apply wrote is written again.
            overwrite_on_create=True,
        )


def _identifier(path: str) -> str:
    """A path as part of a Terraform identifier; CDKTF refuses two paths that come out the same."""
    return path.replace("/", "__").replace(".", "-")


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
