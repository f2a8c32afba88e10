"""A Hugging Face hub on loopback with one small model at two commits, for an import where there is no network.

It answers as the hub does (https://huggingface.co/docs/hub/api): which commit a revision is, which files the commit
has, and their content; to whoever shows the access token, where there is one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from sagemaker_templates.rehearsal.tiny_language_model import model_files

LATER = "later-in-the-rehearsal"
"""A revision that every model has beside the one that is asked for: another commit, with other weights."""


@dataclass
class Hub:
    """What there is to be had.

    Attributes:
        model_id: as ``OWNER/NAME``.
        revision: a branch, a tag or a commit of it.
        token: that has to be shown; empty for none.
        sent: the paths of the files that were sent.
    """

    model_id: str
    revision: str
    token: str = ""
    sent: list[str] = field(default_factory=list)

    def commit(self, revision: str) -> str:
        """What a revision is."""
        return hashlib.sha1(f"{self.model_id}@{revision}".encode(), usedforsecurity=False).hexdigest()

    def files(self, revision: str) -> Mapping[str, bytes]:
        """The files of a revision's commit."""
        return model_files(self.commit(revision))

    def answer(self, path: str, shown: str) -> tuple[HTTPStatus, bytes]:
        """The status and the body for a path.

        Args:
            shown: the header Authorization.
        """
        if self.token and shown != f"Bearer {self.token}":
            return HTTPStatus.UNAUTHORIZED, _said("Invalid credentials in Authorization header")
        for revision in (self.revision, LATER):
            for name in (revision, self.commit(revision)):
                if (found := self._found(path, revision, name)) is not None:
                    return HTTPStatus.OK, found
        return HTTPStatus.NOT_FOUND, _said(
            f"there is {self.model_id} at {self.revision} and {LATER}, and nothing else"
        )

    def _found(self, path: str, revision: str, name: str) -> bytes | None:
        """What there is of a revision's commit at a path, by one of its two names."""
        if path == f"/api/models/{self.model_id}/revision/{name}":
            return json.dumps(self._details(revision)).encode()
        if path == f"/api/models/{self.model_id}/tree/{name}":
            return json.dumps([_entry(*file) for file in self.files(revision).items()]).encode()
        beginning = f"/{self.model_id}/resolve/{name}/"
        if not path.startswith(beginning) or (file := path.removeprefix(beginning)) not in self.files(revision):
            return None
        self.sent.append(file)
        return self.files(revision)[file]

    def _details(self, revision: str) -> dict[str, Any]:
        about = {"pipeline_tag": "text-generation", "library_name": "transformers"}
        return {
            "id": self.model_id,
            "sha": self.commit(revision),
            "gated": False,
            **about,
            "cardData": {"license": "apache-2.0"},
        }


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    """Serve a hub on loopback while the block runs; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, hub)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, hub: Hub, *given: Any) -> None:
        self.hub = hub
        super().__init__(*given)

    def do_GET(self) -> None:
        status, body = self.hub.answer(unquote(urlsplit(self.path).path), self.headers.get("Authorization", ""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: who imports says what it did."""


def _said(message: str) -> bytes:
    return json.dumps({"error": message}).encode()


def _entry(path: str, content: bytes) -> dict[str, Any]:
    """A file as the hub lists it, with Git's name for it."""
    oid = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
    return {"type": "file", "path": path, "size": len(content), "oid": oid}
