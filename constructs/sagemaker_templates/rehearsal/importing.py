"""What an import from the Hugging Face hub finds in a rehearsal: its secret, and a hub on loopback with the model."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.rehearsal.hub import Hub, serving
from sagemaker_templates.settings.model import Project
from sagemaker_templates.templates.hf_import_models import TEMPLATE, Parameters


@contextmanager
def hub_of(emulator: Emulator, project: Project) -> Iterator[Mapping[str, str]]:
    """Serve what a project imports, if it imports a model, while the block runs.

    The access token, drawn anew, is in the secret that the project names, and the hub asks for it.

    Yields:
        The variables of its builds that have another value than in AWS: where the hub is.
    """
    if project.template != TEMPLATE.name:
        yield {}
        return
    parameters = cast(Parameters, project.parameters)
    hub = Hub(parameters.hf_model_id, parameters.hf_revision)
    if parameters.hf_access_token_secret:
        hub.token = uuid.uuid4().hex
        account = Account(emulator, project.environment.account_id, project.environment.region)
        account.create_secret(parameters.hf_access_token_secret, hub.token)
    with serving(hub) as address:
        yield {"HF_ENDPOINT": address}
