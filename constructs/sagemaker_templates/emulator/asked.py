"""What a request asks for, in the words of the service's model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """An operation and its parameters.

    Attributes:
        service: botocore's name of the service, as ``s3``, ``sagemaker``, ``events``, ``logs``, ``codeconnections``.
        operation: the operation's name in the service's model, as ``CreateModel``.
        parameters: named as the members of the operation's input shape, at every depth. Contents that a request
            carries as its payload (an object's, say) are left out.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
