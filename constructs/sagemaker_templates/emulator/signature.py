"""Who may use the emulator: those who sign their requests with its token, as AWS wants them signed.

The check is Signature Version 4, calculated anew by botocore from what was received
(https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html), in the header or in the query. Age is
not checked: nobody else can read what is sent on loopback.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, HTTPHeaders
from botocore.credentials import Credentials

from sagemaker_templates.emulator.call import Environ
from sagemaker_templates.emulator.routes import TOKEN_HEADER

ALGORITHM = "AWS4-HMAC-SHA256"
SecretOfKey = Callable[[str], str | None]

_CREDENTIAL = re.compile(r"(?P<key>[^/\s]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_WITHOUT_HASH = ("UNSIGNED-PAYLOAD", "STREAMING-")
_CONTENT_HASH = "x-amz-content-sha256"


class Gatekeeper:
    """Knows the token, and what it opens."""

    def __init__(self, token: str, secret_of_key: SecretOfKey) -> None:
        """Build it.

        Args:
            token: the secret of every access key that the emulator did not give out itself.
            secret_of_key: the secret of those that it did, as for roles that are assumed.
        """
        self._token = token
        self._secret_of_key = secret_of_key

    def may_administer(self, environ: Environ) -> bool:
        """Tell whether a request carries the token."""
        given = str(environ.get(f"HTTP_{TOKEN_HEADER.upper().replace('-', '_')}", ""))
        return hmac.compare_digest(given.encode(), self._token.encode())

    def has_signed(self, environ: Environ, body: bytes) -> bool:
        """Tell whether a request is signed with the secret of the key that it names."""
        signed = _signed(environ)
        if signed is None:
            return False
        secret = self._secret_of_key(signed.credential["key"]) or self._token
        return hmac.compare_digest(_signature(signed, secret, environ, body), signed.signature.encode())


@dataclass(frozen=True)
class _Signed:
    """What a request says of its own signature."""

    credential: re.Match[str]
    headers: tuple[str, ...]
    signature: str
    timestamp: str
    query: str
    in_query: bool


def _signed(environ: Environ) -> _Signed | None:
    query = urlsplit(_target(environ)).query
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    algorithm, _, rest = header.partition(" ")
    if algorithm == ALGORITHM:
        said = {name: value for name, _, value in (part.strip().partition("=") for part in rest.split(","))}
        timestamp = str(environ.get("HTTP_X_AMZ_DATE", ""))
        return _read(said, timestamp, query, in_query=False)
    given = {name.removeprefix("X-Amz-"): values[0] for name, values in parse_qs(query).items()}
    if header or given.get("Algorithm") != ALGORITHM:
        return None
    unsigned = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    return _read(given, given.get("Date", ""), unsigned, in_query=True)


def _read(said: Mapping[str, str], timestamp: str, query: str, *, in_query: bool) -> _Signed | None:
    credential = _CREDENTIAL.fullmatch(said.get("Credential", ""))
    headers = tuple(said.get("SignedHeaders", "").split(";"))
    if credential is None or "host" not in headers or not timestamp.startswith(credential["date"]):
        return None
    return _Signed(credential, headers, said.get("Signature", ""), timestamp, query, in_query)


def _signature(signed: _Signed, secret: str, environ: Environ, body: bytes) -> bytes:
    scope = signed.credential
    kind = _S3AsReceived if scope["service"] == "s3" else _AsReceived
    signer = kind(Credentials(scope["key"], secret), scope["service"], scope["region"])
    target = urlsplit(_target(environ))
    request = AWSRequest(
        method=str(environ.get("REQUEST_METHOD", "GET")),
        url=f"http://{environ.get('HTTP_HOST', '')}{target.path}?{signed.query}",
        headers={name: _header(environ, name) for name in signed.headers},
    )
    request.context.update(timestamp=signed.timestamp, content_hash=_content_hash(signed, environ, body))
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request).encode()


def _content_hash(signed: _Signed, environ: Environ, body: bytes) -> str:
    claimed = _header(environ, _CONTENT_HASH)
    if claimed.startswith(_WITHOUT_HASH):
        return claimed
    if signed.in_query and signed.credential["service"] == "s3":
        return "UNSIGNED-PAYLOAD"
    return sha256(body).hexdigest()


class _AsReceived(SigV4Auth):
    """botocore's own, but it signs what it is told to have been signed."""

    def headers_to_sign(self, request: Any) -> HTTPHeaders:
        """All that there are: the request was built of them."""
        return HTTPHeaders.from_dict({name.lower(): value for name, value in request.headers.items()})

    def canonical_request(self, request: Any) -> str:
        """With the hash of what was received, whatever a header says."""
        canonical = super().canonical_request(request)
        return f"{canonical.rpartition(_LINE)[0]}{_LINE}{request.context['content_hash']}"


class _S3AsReceived(_AsReceived, S3SigV4Auth):
    """S3 alone signs the path as it is sent."""


_LINE = "\n"


def _target(environ: Environ) -> str:
    """Path and query as they were sent: WSGI's own ``PATH_INFO`` has lost how it was encoded."""
    return str(environ.get("RAW_URI", environ.get("PATH_INFO", "/")))


def _header(environ: Environ, name: str) -> str:
    variable = name.upper().replace("-", "_")
    if variable in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        return str(environ.get(variable, ""))
    return str(environ.get(f"HTTP_{variable}", ""))
