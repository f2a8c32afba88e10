"""Asking AWS: each question once, with a limit to the time it may take, and refusals that tell one from another."""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from sagemaker_templates.operations.aws_clients import Clients

Reply = dict[str, Any]

_FORBIDDEN = 403
_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "AccessDeniedFault", "UnauthorizedOperation", "403"}
_NOT_KNOWN = {
    "ExpiredToken": "the credentials have expired",
    "ExpiredTokenException": "the credentials have expired",
    "RequestExpired": "the credentials have expired, or this machine's clock is wrong",
    "InvalidClientTokenId": "AWS does not know the credentials, or the region is not enabled",
    "UnrecognizedClientException": "AWS does not know the credentials, or the region is not enabled",
    "AuthFailure": "AWS does not know the credentials, or the region is not enabled",
    "InvalidSignatureException": "the secret key does not belong to the access key, or this machine's clock is wrong",
    "SignatureDoesNotMatch": "the secret key does not belong to the access key, or this machine's clock is wrong",
}
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
}


class Refused(Exception):  # noqa: N818 - what happened
    """A service answered with an error.

    Attributes:
        code: the service's, such as ``NoSuchBucket``; of a request without a body in the reply, the HTTP status.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotAllowed(Refused):
    """Whoever asks may not ask that."""


class NotAnswered(Exception):  # noqa: N818 - what happened
    """There was no answer: no credentials, no network, no time, too many requests. The message is one line."""


class Account:
    """An account, as the environment's own credentials see it. Threads may share it: what was asked is kept.

    Args:
        clients: makes them with those credentials.
        region: where it is asked, unless a question says otherwise.
    """

    def __init__(self, clients: Clients, region: str) -> None:
        self.region = region
        self._clients = clients
        self._asked: dict[str, _Once] = {}
        self._lock = Lock()

    def ask(self, service: str, operation: str, *, in_region: str | None = None, **parameters: Any) -> Reply:
        """Ask one question, by boto3's name of the operation.

        Raises:
            Refused: the service answers with an error.
            NotAnswered: it does not answer.
        """

        def once(client: Any) -> Reply:
            found: Reply = getattr(client, operation)(**parameters)
            return found

        return self._once(once, service, operation, in_region, parameters)

    def ask_all(self, service: str, operation: str, *, in_region: str | None = None, **parameters: Any) -> Reply:
        """Ask for a list, to its last page.

        Raises:
            Refused, NotAnswered: as ``ask`` does.
        """

        def pages(client: Any) -> Reply:
            found: Reply = client.get_paginator(operation).paginate(**parameters).build_full_result()
            return found

        return self._once(pages, service, operation, in_region, parameters)

    def content(self, service: str, operation: str, member: str, **parameters: Any) -> bytes:
        """Ask for something whose reply holds a stream, and read that to its end.

        Args:
            member: of the reply, that holds it.

        Raises:
            Refused, NotAnswered: as ``ask`` does.
        """
        where = parameters.pop("in_region", None)

        def read(client: Any) -> Reply:
            return {member: getattr(client, operation)(**parameters)[member].read()}

        found: bytes = self._once(read, service, operation, where, parameters)[member]
        return found

    def change(self, service: str, operation: str, *, in_region: str | None = None, **parameters: Any) -> Reply:
        """Change something: done each time, and no reply is kept.

        Raises:
            Refused, NotAnswered: as ``ask`` does.
        """

        def done(client: Any) -> Reply:
            reply: Reply = getattr(client, operation)(**parameters)
            return reply

        return _asked(done, lambda: self._clients(service, in_region or self.region))

    def _once(
        self, call: Callable[[Any], Reply], service: str, operation: str, region: str | None, parameters: Reply
    ) -> Reply:
        where = region or self.region
        key = json.dumps([service, where, operation, parameters], sort_keys=True)
        with self._lock:
            once = self._asked.setdefault(key, _Once(lambda: _asked(call, lambda: self._clients(service, where))))
        return once.result()


class _Once:
    """What is done when it is first wanted, and then kept, failures included."""

    def __init__(self, work: Callable[[], Reply]) -> None:
        self._work = work
        self._lock = Lock()
        self._reply: Reply | None = None
        self._failure: Exception | None = None

    def result(self) -> Reply:
        with self._lock:
            if self._reply is None and self._failure is None:
                try:
                    self._reply = self._work()
                except (Refused, NotAnswered) as failure:
                    self._failure = failure
        if self._failure:
            raise self._failure
        assert self._reply is not None  # noqa: S101 - there is no failure
        return self._reply


def _asked(call: Callable[[Any], Reply], client: Callable[[], Any]) -> Reply:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(client())
    except ClientError as error:
        raise _refusal(error) from None
    except BotoCoreError as error:
        raise NotAnswered(_reason(error)) from None


def _refusal(error: Any) -> Exception:
    response: Reply = error.response
    code, message = str(response["Error"].get("Code", "")), str(response["Error"].get("Message", ""))
    code = code.removeprefix("Client.")
    if code in _NOT_KNOWN:
        return NotAnswered(_NOT_KNOWN[code])
    if code in _THROTTLED:
        return NotAnswered("AWS takes no more requests at present, after several tries: ask again later")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _NOT_ALLOWED or (status == _FORBIDDEN and not code):
        return NotAllowed(code, _one_line(message))
    return Refused(code, _one_line(message))


def _reason(error: Exception) -> str:
    """Why nobody answered, of the errors that botocore raises by itself."""
    from botocore import exceptions

    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return "there are no credentials: sign in, or set AWS_PROFILE"
    expired = (
        exceptions.SSOTokenLoadError,
        exceptions.UnauthorizedSSOTokenError,
        exceptions.TokenRetrievalError,
        exceptions.CredentialRetrievalError,
    )
    if isinstance(error, expired):
        return "the credentials have expired, or cannot be had: sign in again (aws sso login)"
    if isinstance(error, exceptions.ProfileNotFound):
        return f"AWS_PROFILE names no profile of this machine ({_one_line(str(error))})"
    if isinstance(error, exceptions.SSLError):
        return "AWS cannot be reached over TLS: does a proxy in between need AWS_CA_BUNDLE?"
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return "AWS cannot be reached: is there a network, and does a proxy need HTTPS_PROXY?"
    return _one_line(str(error))


def _one_line(text: str) -> str:
    return " ".join(text.split())
