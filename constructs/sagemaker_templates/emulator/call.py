"""One request to the emulator, reduced to what the supplement needs to answer it."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

Environ = dict[str, Any]
JsonObject = dict[str, Any]

ACCOUNT_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"

_CREDENTIAL = re.compile(r"(?P<key>[^/=\s]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Place:
    """The account and the region that a request is meant for."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource that lives here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Call:
    """One signed request: who asks, which service, which operation, and the body."""

    place: Place
    service: str
    operation: str
    method: str
    path: str
    headers: Environ
    body: bytes

    @property
    def access_key(self) -> str:
        """The key that the request is signed with; empty for one that is not signed."""
        credential = _credential(self.headers)
        return credential["key"] if credential else ""

    @cached_property
    def parameters(self) -> JsonObject:
        """The body of a JSON request; empty if it is no JSON object."""
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


def select_account(environ: Environ, account_of_key: Callable[[str], str | None]) -> None:
    """Tell moto which account is meant: the access key is its id, or a key of a role that was assumed there."""
    environ.pop(ACCOUNT_HEADER, None)
    if credential := _credential(environ):
        key = credential["key"]
        environ[ACCOUNT_HEADER] = key if _ACCOUNT_ID.fullmatch(key) else account_of_key(key) or DEFAULT_ACCOUNT


def read_call(environ: Environ) -> Call:
    """Read a request, and leave its body readable for moto."""
    body = _body(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    credential = _credential(environ)
    region = credential["region"] if credential else DEFAULT_REGION
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    return Call(
        place=Place(environ.get(ACCOUNT_HEADER, DEFAULT_ACCOUNT), region),
        service=credential["service"].lower() if credential else "",
        operation=target.rpartition(".")[2],
        method=str(environ.get("REQUEST_METHOD", "GET")),
        path=str(environ.get("PATH_INFO", "")),
        headers=environ,
        body=body,
    )


def _body(environ: Environ) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def _credential(environ: Environ) -> re.Match[str] | None:
    signed = _CREDENTIAL.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    if signed:
        return signed
    presigned = parse_qs(str(environ.get("QUERY_STRING", ""))).get("X-Amz-Credential", [""])[0]
    return _CREDENTIAL.search(unquote(presigned))
