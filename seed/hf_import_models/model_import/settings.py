"""What the platform says about the import, read once from the environment variables of the build."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from mlops.settings import Settings, SettingsError

from model_import.serving import CHOICES, DEFAULT, Serving

REQUIRED = ("HUGGING_FACE_MODEL_ID", "HUGGING_FACE_IMPORT_ROLE_ARN")
PUBLIC_HUB = "https://huggingface.co"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class ImportSettings:
    """Everything that the import needs beyond the settings of every project.

    Attributes:
        secret: the name of the secret that holds the access token; never the token. Empty where a public model needs
            none.
        role_arn: what the import job runs as; no other role may read the secret.
        endpoint: of the hub, or of a mirror of it.
        task: what the model is served for, where the container has to be told; ``auto``: what the hub names.
    """

    secret: str
    model_id: str
    revision: str
    role_arn: str
    endpoint: str
    serving: Serving
    task: str

    @classmethod
    def from_environment(cls, settings: Settings, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings.

        Raises:
            SettingsError: a variable is missing or wrong, or the job is to run without the network that it needs.
        """
        values = {name: environment.get(name, "").strip() for name in REQUIRED}
        missing = [name for name in REQUIRED if not values[name]]
        if missing:
            raise SettingsError(f"environment variables are missing or empty: {', '.join(missing)}")
        if settings.network_isolation:
            raise SettingsError("ENABLE_NETWORK_ISOLATION is true; the import has to reach the hub")
        return cls(
            secret=environment.get("HUGGING_FACE_ACCESS_TOKEN_SECRET", "").strip(),
            model_id=values["HUGGING_FACE_MODEL_ID"],
            revision=environment.get("HUGGING_FACE_MODEL_REVISION", "").strip() or "main",
            role_arn=values["HUGGING_FACE_IMPORT_ROLE_ARN"],
            endpoint=_endpoint(environment.get("HF_ENDPOINT", "").strip() or PUBLIC_HUB),
            serving=_serving(environment.get("SERVING", "").strip() or DEFAULT),
            task=environment.get("TASK", "").strip() or "auto",
        )


def _endpoint(url: str) -> str:
    """The hub's address; in clear text the token would travel readably, so only to this very machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SettingsError(f"HF_ENDPOINT is {url!r}; write an address that begins with https://")
    return url.rstrip("/")


def _serving(name: str) -> Serving:
    if name not in CHOICES:
        raise SettingsError(f"SERVING is {name!r}; write one of {', '.join(CHOICES)}")
    return CHOICES[name]
