"""A finished reply, and errors in the form that each of AWS's protocols gives them."""

import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from sagemaker_templates.emulator.call import Call, JsonObject

StartResponse = Callable[..., Any]

_JSON = "application/x-amz-json-1.1"
_XML = "text/xml"


class Reply:
    """A finished HTTP reply."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        self.body = body

    @classmethod
    def of_json(cls, content: JsonObject, status: str = "200 OK", media_type: str = _JSON) -> "Reply":
        """Build a reply whose body is JSON, without the members that have no value: AWS omits those."""
        members = {name: value for name, value in content.items() if value is not None}
        return cls(status, [("Content-Type", media_type)], json.dumps(members).encode())

    @property
    def code(self) -> int:
        """The HTTP status as a number."""
        return int(self.status.split()[0])

    def send(self, start_response: StartResponse) -> list[bytes]:
        """Hand the reply to the WSGI server."""
        start_response(self.status, [*self.headers, ("Content-Length", str(len(self.body)))])
        return [self.body]


def error_reply(call: Call, service: str, code: str, message: str, status: str = "400 Bad Request") -> Reply:
    """Return an error as a service gives it.

    Args:
        service: botocore's name of the service, or what the request is signed for.
    """
    if speaks_json(call, service):
        return json_error(code, message, status)
    return _xml_error(service, code, message, status)


def json_error(code: str, message: str, status: str = "400 Bad Request") -> Reply:
    """Return an error of a service that speaks JSON."""
    reply = Reply.of_json({"__type": code, "message": message}, status)
    reply.headers.append(("X-Amzn-ErrorType", code))
    return reply


_JSON_OF_REST = {"lambda", "scheduler", "sagemaker-runtime"}
"""Services whose requests may have no body that shows the protocol."""


def speaks_json(call: Call, service: str) -> bool:
    """Tell whether a request wants its answer in JSON."""
    if service == "s3":  # whose objects may begin with a brace
        return False
    return bool(call.headers.get("HTTP_X_AMZ_TARGET")) or service in _JSON_OF_REST or call.body.startswith(b"{")


def _xml_error(service: str, code: str, message: str, status: str) -> Reply:
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    documents = {
        "s3": f"<Error>{error}</Error>",
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors></Response>",
    }
    other = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
    return Reply(status, [("Content-Type", _XML)], documents.get(service, other).encode())
