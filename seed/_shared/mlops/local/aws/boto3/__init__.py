"""In place of boto3 inside a job: S3, the model registry and a secret lie in folders, and nothing is sent anywhere.

LOCAL_AWS names the folder with ``s3/`` and ``registry/`` in it. LOCAL_SECRET is what every secret holds.
"""

import os
from pathlib import Path
from typing import Any

from .registry import Registry
from .s3 import S3
from .secrets_manager import SecretsManager

__all__ = ["client"]


def client(service: str, **_: Any) -> Any:
    """A client of a service; regions and other options have no meaning here.

    Raises:
        NotImplementedError: the service is not here.
    """
    root = Path(os.environ["LOCAL_AWS"])
    if service == "s3":
        return S3(root / "s3", root / "metadata")
    if service == "sagemaker":
        return Registry(root / "registry")
    if service == "secretsmanager":
        return SecretsManager(os.environ.get("LOCAL_SECRET", ""))
    raise NotImplementedError(
        f"on this machine there are S3, SageMaker's registry and Secrets Manager, but no {service}"
    )
