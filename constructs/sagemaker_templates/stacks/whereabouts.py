"""Where a stack will be, by its settings: the same as its JSON says once it is synthesized."""

from collections.abc import Sequence
from pathlib import Path

from sagemaker_templates.naming import state_key
from sagemaker_templates.output_folder.whereabouts import Whereabouts, owner_address, s3_state
from sagemaker_templates.settings.model import Environment, LocalState, Repository, S3State
from sagemaker_templates.stacks.backend import local_path
from sagemaker_templates.stacks.github_access import owner_alias


def planned_whereabouts(
    name: str,
    environment: Environment,
    on_github: Sequence[Repository],
    *,
    endpoint: str | None,
    shared: bool,
    project_folder: Path,
    stack_folder: Path,
) -> Whereabouts:
    """Return where a stack will be.

    Args:
        on_github: the repositories whose owners it has a provider for.
        endpoint: the name of the state of the endpoint that it is for; None for all but targets.
        shared: whether it has a provider for each of several owners.
        project_folder: holds ``environments/``.
        stack_folder: where its JSON will lie.
    """
    return Whereabouts(
        environment.account_id,
        environment.region,
        _state(name, environment, project_folder, stack_folder),
        _state(endpoint, environment, project_folder, stack_folder) if endpoint else None,
        {
            owner_alias(repository) if shared else "": owner_address(str(repository.owner), repository.base_url)
            for repository in on_github
        },
    )


def _state(name: str, environment: Environment, project_folder: Path, stack_folder: Path) -> str:
    match environment.state:
        case S3State() as state:
            return s3_state(state.bucket, state_key(state, name))
        case LocalState() as state:
            return local_path(state, name, project_folder, stack_folder)
