"""Which operation a request asks for, and with what parameters, in any of AWS's protocols.

moto's routers and parsers do it; what they cannot read is a fault of the request.
"""

import io
import json
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.call import Call
from sagemaker_templates.emulator.requests.models import service_model, service_of


@dataclass(frozen=True)
class Recognized:
    """A request that is understood.

    Attributes:
        asked: the operation and its parameters.
        operation: botocore's model of the operation.
        protocol: how it is said: ``json``, ``query``, ``ec2``, ``rest-json`` or ``rest-xml``.
    """

    asked: Asked
    operation: Any
    protocol: str


class UnreadableError(ValueError):
    """The request's content is not what its protocol allows; the message says where."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(message)
        self.service = service


def recognize(call: Call) -> Asked | None:
    """Return what a request asks for; ``None`` where no model of a service knows it.

    Raises:
        UnreadableError: its operation is known, and its content cannot be read.
    """
    recognized = read(call)
    return recognized.asked if recognized else None


def read(call: Call) -> Recognized | None:
    """As ``recognize``, with the operation's model."""
    from werkzeug.exceptions import HTTPException

    service = service_of(call)
    try:
        matched = _match(call, service)
    except (HTTPException, NotImplementedError):
        return None
    if matched is None:
        return None
    asked = Asked(service, matched.operation.name, _parameters(matched))
    return Recognized(asked, matched.operation, matched.protocol)


@dataclass(frozen=True)
class _Matched:
    """A request whose operation is known, and whose content is not read yet."""

    call: Call
    service: str
    operation: Any
    protocol: str
    request: Any
    in_path: dict[str, Any]

    def unreadable(self, message: str) -> UnreadableError:
        return UnreadableError(self.service, message)


def _match(call: Call, service: str) -> _Matched | None:
    from moto.core.request import Request, determine_request_protocol
    from moto.core.routing import get_service_router

    model = service_model(service)
    if model is None:
        return None
    request: Any = Request({**call.headers, "wsgi.input": io.BytesIO(call.body)})
    # Newer SDKs speak JSON to services of which the model here knows no such protocol.
    if call.operation in model.operation_names:
        return _Matched(call, service, model.operation_model(call.operation), "json", request, {})
    protocol = determine_request_protocol(model, request.content_type)
    operation, in_path = get_service_router(service).match(request)
    return _Matched(call, service, operation, protocol, request, in_path)


def _parameters(matched: _Matched) -> dict[str, Any]:
    return _json_object(matched) if matched.protocol == "json" else _parsed(matched)


def _json_object(matched: _Matched) -> dict[str, Any]:
    """The body as it is: moto's parser would leave out what the model does not know."""
    try:
        content = json.loads(matched.call.body or b"{}")
    except ValueError as error:
        raise matched.unreadable(f"the body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise matched.unreadable("the body is no JSON object")
    return content


def _parsed(matched: _Matched) -> dict[str, Any]:
    from moto.core.parse import PROTOCOL_PARSERS, RequestParserError

    call, request = matched.call, matched.request
    received = {
        "method": call.method,
        "values": request.values,
        "headers": request.headers,
        "body": b"" if _streams(matched.operation) else call.body,
        "url_path": call.path,
        "url_params": matched.in_path,
    }
    try:
        parsed = PROTOCOL_PARSERS[matched.protocol](matched.operation).parse(received)
    except (RequestParserError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise matched.unreadable(str(error)) from error
    return {name: value for name, value in parsed.items() if value is not None}


def _streams(operation: Any) -> bool:
    """Whether the body is content, such as an object's, and no parameters."""
    shape = operation.input_shape
    payload = shape.serialization.get("payload") if shape else None
    return bool(payload) and shape.members[payload].type_name == "blob"
