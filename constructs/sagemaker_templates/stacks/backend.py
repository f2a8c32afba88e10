"""Where a stack's state is kept: a key of its own in S3, locked by S3, or a file of its own."""

import os
from pathlib import Path
from typing import Any

from sagemaker_templates.naming import state_key
from sagemaker_templates.providers import cdktf
from sagemaker_templates.settings.model import SESSION_NAME, DeployRole, Environment, LocalState, S3State


def add_backend(stack: Any, *, name: str, environment: Environment, project_folder: Path, stack_folder: Path) -> None:
    """Give a stack its backend.

    Args:
        name: of the stack; part of the key.
        project_folder: holds ``environments/``; a local state's path is relative to it.
        stack_folder: where the stack's JSON will lie; Terraform runs there.
    """
    match environment.state:
        case S3State() as state:
            _s3(stack, name, state)
            if environment.deploy_role:
                stack.add_override("terraform.backend.s3.assume_role", _assumed(environment.deploy_role))
        case LocalState() as state:
            cdktf.LocalBackend(stack, path=local_path(state, name, project_folder, stack_folder))


def _assumed(role: DeployRole) -> dict[str, object]:
    # https://developer.hashicorp.com/terraform/language/backend/s3#assume-role-configuration
    return {
        "role_arn": role.arn,
        "session_name": SESSION_NAME,
        **({"external_id": role.external_id} if role.external_id else {}),
        **({"tags": dict(sorted(role.session_tags.items()))} if role.session_tags else {}),
    }


def local_path(state: LocalState, name: str, project_folder: Path, stack_folder: Path) -> str:
    """The path of a stack's local state, as seen from the stack's folder."""
    folder = Path(os.path.relpath(project_folder / state.path, stack_folder))
    return (folder / f"{name}.tfstate").as_posix()


def _s3(stack: Any, name: str, state: S3State) -> None:
    cdktf.S3Backend(
        stack,
        bucket=state.bucket,
        key=state_key(state, name),
        region=state.region,
        encrypt=True,
        **({"kms_key_id": state.kms_key_id} if state.kms_key_id else {}),
    )
    # CDKTF 0.21 has no argument for it (https://developer.hashicorp.com/terraform/language/backend/s3).
    stack.add_override("terraform.backend.s3.use_lockfile", True)
