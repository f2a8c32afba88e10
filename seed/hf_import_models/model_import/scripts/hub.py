"""The Hugging Face hub over HTTP: which commit a revision is, which files it has, and their content.

Only the standard library is used, so that the job installs nothing and any Python image can run it.
The hub's API: https://huggingface.co/docs/hub/api
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from failure import ImportFailedError

ATTEMPTS = 6
TIMEOUT_SECONDS = 60
# An index of weights has some 100 bytes for each tensor.
LARGEST_READ_BYTES = 64 * 1024 * 1024
# The pause before the second attempt; each further one is twice as long.
PAUSE_SECONDS = float(os.environ.get("HUB_RETRY_SECONDS", "1"))

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
_NEXT_PAGE = re.compile(r'<([^>]+)>\s*;\s*rel="next"')
_Got = TypeVar("_Got")
# What a connection that breaks raises, depending on where it does.
BROKEN = (HTTPException, URLError, OSError)


@dataclass(frozen=True)
class Model:
    """A model at one commit."""

    model_id: str
    revision: str
    commit: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class HubFile:
    """One file of a commit, as the hub lists it.

    Attributes:
        size: in bytes.
        git_oid: git's SHA-1 of the file, or of the pointer that stands for it.
        sha256: of the content, known in advance for large files only (those that git LFS keeps).
    """

    path: str
    size: int
    git_oid: str
    sha256: str | None = None


class _KeepTokenAtHome(HTTPRedirectHandler):
    """Follows the hub to where it keeps large files, without showing the access token there."""

    def redirect_request(  # noqa: PLR0917 - the signature is the standard library's
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        redirected = super().redirect_request(req, fp, 307 if code == 308 else code, msg, headers, newurl)  # noqa: PLR2004
        authorization = req.get_header("Authorization")
        if redirected and authorization and _origin(newurl) == _origin(req.full_url):
            redirected.add_unredirected_header("Authorization", authorization)
        return redirected

    # Python 3.10 does not know this code yet.
    http_error_308 = HTTPRedirectHandler.http_error_302


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def pause(attempt: int) -> None:
    """Wait before another attempt, longer each time; ``attempt`` counts from 1."""
    time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))


class Hub:
    """The hub as the owner of one access token sees it; without a token, as everybody does."""

    def __init__(self, endpoint: str, token: str = "") -> None:
        self.endpoint = endpoint.rstrip("/")
        self._token = token
        self._opener: OpenerDirector = build_opener(_KeepTokenAtHome)

    def model(self, model_id: str, revision: str) -> Model:
        """The commit that a revision is now, and what the hub says about the model.

        Raises:
            ImportFailedError: there is no such model or revision, or the token does not open it.
        """
        url = f"{self.endpoint}/api/models/{quote(model_id)}/revision/{quote(revision, safe='')}"
        details, _ = self._json(url, f"{model_id} at {revision}")
        return Model(model_id, revision, str(details["sha"]), details)

    def files(self, model: Model) -> list[HubFile]:
        """Every file of the commit."""
        return [
            HubFile(
                path=entry["path"],
                size=int(entry["size"]),
                git_oid=entry["oid"],
                sha256=(entry.get("lfs") or {}).get("oid"),
            )
            for entry in self._tree(model)
            if entry["type"] == "file"
        ]

    def read(self, model: Model, file: HubFile) -> bytes:
        """The content of a small file.

        Raises:
            ImportFailedError: the hub refuses it, or it is not small.
        """
        if file.size > LARGEST_READ_BYTES:
            raise ImportFailedError(f"{file.path} has {file.size} bytes; at most {LARGEST_READ_BYTES} are read")

        def get() -> bytes:
            with self.open(model, file.path, 0) as response:
                return bytes(response.read(LARGEST_READ_BYTES))

        return self._patiently(get, f"{model.model_id} at {model.revision}: {file.path}")

    def open(self, model: Model, path: str, start: int) -> Any:
        """The content of a file from byte ``start`` on, as a response to read from.

        Raises:
            ImportFailedError: the hub refuses it.
            BROKEN: the connection could not be made.
        """
        url = f"{self.endpoint}/{quote(model.model_id)}/resolve/{model.commit}/{quote(path)}"
        try:
            return self._open(url, {"Range": f"bytes={start}-"} if start else {})
        except HTTPError as error:
            if error.code in _WORTH_ANOTHER_TRY:
                raise
            raise ImportFailedError(self._refusal(error, f"{model.model_id} at {model.revision}: {path}")) from None

    def _tree(self, model: Model) -> Iterator[Any]:
        url: str | None = f"{self.endpoint}/api/models/{quote(model.model_id)}/tree/{model.commit}?recursive=true"
        while url:
            entries, headers = self._json(url, f"{model.model_id} at {model.revision}")
            yield from entries
            following = _NEXT_PAGE.search(headers.get("Link") or "")
            url = urljoin(url, following[1]) if following else None

    def _json(self, url: str, what: str) -> tuple[Any, HTTPMessage]:
        def get() -> tuple[Any, HTTPMessage]:
            with self._open(url, {}) as response:
                return json.load(response), response.headers

        return self._patiently(get, what)

    def _patiently(self, get: Callable[[], _Got], what: str) -> _Got:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return get()
            except HTTPError as error:
                if error.code not in _WORTH_ANOTHER_TRY or attempt == ATTEMPTS:
                    raise ImportFailedError(self._refusal(error, what)) from None
            except BROKEN as error:
                if attempt == ATTEMPTS:
                    raise ImportFailedError(f"{self.endpoint} cannot be reached: {error}") from None
            pause(attempt)
        raise AssertionError("the last attempt returns or raises")

    def _open(self, url: str, headers: Mapping[str, str]) -> Any:
        request = Request(url, headers={"User-Agent": "sagemaker-model-import", **headers})  # noqa: S310
        if self._token and _origin(url) == _origin(self.endpoint):
            # Not carried over by a redirect, unless the handler above says so.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        return self._opener.open(request, timeout=TIMEOUT_SECONDS)

    @property
    def _nobody_let_in(self) -> str:
        if self._token:
            return "the access token's account has not been granted access"
        return "nobody without an access token has been granted access"

    @property
    def _seen(self) -> str:
        return "the access token's account may see" if self._token else "is public"

    @property
    def _remedy(self) -> str:
        return "" if self._token else "; hf-access-token-secret names the secret that holds a token"

    def _refusal(self, error: HTTPError, what: str) -> str:
        """The hub's answer in the words of the person who started the import."""
        code, told = error.headers.get("X-Error-Code"), error.headers.get("X-Error-Message") or error.reason
        model_id = what.partition(" at ")[0]
        known = {
            "GatedRepo": f"{model_id} is gated, and {self._nobody_let_in}: ask for it at "
            f"{self.endpoint}/{model_id}{self._remedy}",
            "RepoNotFound": f"{self.endpoint} has no model {model_id} that {self._seen}{self._remedy}",
            "RevisionNotFound": f"there is no revision like this: {what}",
            "EntryNotFound": f"the hub lists a file that it does not have: {what}",
        }
        if code in known:
            return known[code]
        if error.code == 401 and not self._token:  # noqa: PLR2004
            return f"{self.endpoint} wants an access token for {model_id}{self._remedy}"
        if error.code == 401:  # noqa: PLR2004
            return f"{self.endpoint} refuses the access token: it is mistyped, expired or revoked"
        return f"{what}: {self.endpoint} answers {error.code} {told}"
