"""Every request held against the service's model and documented limits, and refused as the service refuses it."""

from collections.abc import Sequence

from sagemaker_templates.emulator.call import Call
from sagemaker_templates.emulator.reply import Reply, error_reply
from sagemaker_templates.emulator.requests.constraints import Reading, Violation, violations
from sagemaker_templates.emulator.requests.known_wrong import is_known_wrong
from sagemaker_templates.emulator.requests.limits import beyond_limits
from sagemaker_templates.emulator.requests.newer import newer
from sagemaker_templates.emulator.requests.recognition import Recognized, UnreadableError, read

_TYPED = ("json",)
"""Protocols whose parameters come as they were sent: the parsers of the others have made numbers of text."""

_MISSING = "Member must not be null"


def refusal(call: Call) -> Reply | None:
    """Return how the service refuses a request that breaks a rule of its model; ``None`` where nothing is wrong."""
    try:
        recognized = read(call)
    except UnreadableError as error:
        return error_reply(call, error.service, _code_of_unreadable(error.service), str(error))
    if recognized is None:
        return None
    found = broken_rules(recognized)
    if not found:
        return None
    service = recognized.asked.service
    code = _code(service, found)
    status = "409 Conflict" if code == "LimitExceeded" else "400 Bad Request"
    return error_reply(call, service, code, _message(service, found), status)


def broken_rules(recognized: Recognized) -> list[Violation]:
    """Return everything that a request does not keep: of the model, less what is known to be wrong there; limits."""
    asked, shape = recognized.asked, recognized.operation.input_shape
    if shape is None:
        return []
    reading = Reading(newer(asked.service), typed=recognized.protocol in _TYPED)
    of_model = violations(shape, asked.parameters, reading)
    return [*(one for one in of_model if not is_known_wrong(asked, one)), *beyond_limits(asked)]


_CODES = {
    "cloudwatch": "ValidationError",
    "codebuild": "InvalidInputException",
    "ec2": "InvalidParameterValue",
    "ecr": "InvalidParameterException",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "s3": "InvalidArgument",
    "secretsmanager": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "sts": "ValidationError",
}
"""What a service calls it, where that is not ``ValidationException`` (each service's page "Common errors")."""


def _code(service: str, found: Sequence[Violation]) -> str:
    if any(one.of_type for one in found):
        return "SerializationException"
    if service == "ec2" and any(one.demand == _MISSING for one in found):
        return "MissingParameter"
    return next((one.code for one in found if one.code), _CODES.get(service, "ValidationException"))


def _code_of_unreadable(service: str) -> str:
    return "MalformedXML" if service == "s3" else _CODES.get(service, "SerializationException")


def _message(service: str, found: Sequence[Violation]) -> str:
    if service == "ec2" and (missing := [one.path for one in found if one.demand == _MISSING]):
        return f"The request must contain the parameter {missing[0]}"
    if own := [one.said for one in found if one.said]:
        return own[0]
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
    return count + "; ".join(str(one) for one in found)
