"""Names of what is replaced, never changed: the same for the same content, so that a second plan is empty."""

import hashlib
import json
import re
from typing import Any

from deploy.failures import DeployError

MAX_LENGTH = 63
"""Of the names of models, endpoint configurations and endpoints:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html"""

_DIGEST_LENGTH = 8
_VALID = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


def versioned_name(endpoint: str, version: int, content: Any) -> str:
    """``ENDPOINT-v3-1a2b3c4d``: the endpoint, the version of the model, and a digest of the content.

    The version is left out where there is no room for it; the digest alone makes the name unique.

    Args:
        content: anything that JSON can hold.

    Raises:
        DeployError: the endpoint's name is none, or leaves no room for the digest.
    """
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_DIGEST_LENGTH]
    if not _VALID.fullmatch(endpoint) or len(endpoint) + 1 + _DIGEST_LENGTH > MAX_LENGTH:
        raise DeployError(
            f"the endpoint name {endpoint!r} must be letters, digits and hyphens, "
            f"at most {MAX_LENGTH - 1 - _DIGEST_LENGTH} of them"
        )
    name = f"{endpoint}-v{version}-{digest}"
    return name if len(name) <= MAX_LENGTH else f"{endpoint}-{digest}"
