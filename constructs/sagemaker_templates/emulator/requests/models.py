"""The services' models: moto's, which are botocore's, and which service a signature is for."""

from functools import cache
from typing import Any

from sagemaker_templates.emulator.call import Call

_MODEL_OF_SIGNATURE = {
    "api.ecr": "ecr",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""Services that sign with another name than botocore's for their model."""

_RUNTIME_OF_SAGEMAKER = "/endpoints/"


@cache
def service_model(name: str) -> Any | None:
    """Return moto's model of a service, with botocore's shapes; ``None`` for a name that is no service's."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(name)
    except UnknownServiceError:
        return None


def service_signing_as(name: str) -> str:
    """Return botocore's name of the service whose requests are signed for a name."""
    return _MODEL_OF_SIGNATURE.get(name, name)


def service_of(call: Call) -> str:
    """Return botocore's name of the service that a request is signed for."""
    if call.service == "sagemaker" and call.path.startswith(_RUNTIME_OF_SAGEMAKER):
        return "sagemaker-runtime"
    return service_signing_as(call.service)
