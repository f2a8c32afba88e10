"""Requests as AWS's SDKs send them, with no client that would refuse the wrong ones first."""

import io
from typing import Any
from urllib.parse import urlencode

from botocore.serialize import create_serializer
from sagemaker_templates.emulator.call import Call, read_call
from sagemaker_templates.emulator.requests.models import service_model

ACCOUNT, REGION = "111111111111", "us-east-1"


def call_of(service: str, operation: str, parameters: dict[str, Any]) -> Call:
    """The request that botocore makes of an operation's parameters, whatever they are."""
    model = service_model(service)
    assert model is not None, service
    shape = model.operation_model(operation)
    serializer = create_serializer(model.metadata["protocol"], include_validation=False)
    request = serializer.serialize_to_request(parameters, shape)
    return received(service, request, model.metadata.get("signingName") or model.metadata["endpointPrefix"])


def received(service: str, request: dict[str, Any], signed_for: str) -> Call:
    """A serialized request as it arrives."""
    body = request["body"]
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request["headers"].items()}
    content_type = headers.pop("HTTP_CONTENT_TYPE", "")
    if isinstance(body, dict):
        body = urlencode(body)
        content_type = "application/x-www-form-urlencoded; charset=utf-8"
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    path, _, in_path = request["url_path"].partition("?")
    query = "&".join(filter(None, [in_path, urlencode(request["query_string"], doseq=True)]))
    credential = f"{ACCOUNT}/20260101/{REGION}/{signed_for}/aws4_request"
    return read_call(
        {
            "REQUEST_METHOD": request["method"],
            "PATH_INFO": path,
            "RAW_URI": f"{path}?{query}" if query else path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "127.0.0.1",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=x",
            **headers,
        }
    )
