"""A Hugging Face hub on loopback with one small model, for an import to find where there is no network.

It answers as the hub does (https://huggingface.co/docs/hub/api): which commit a revision is, which files the commit
has, and their content; to whoever shows the access token, where there is one.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

_WEIGHTS = (2, 2)
_FLOAT_BYTES = 4


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

    @property
    def commit(self) -> str:
        """What the revision is."""
        return hashlib.sha1(self.model_id.encode(), usedforsecurity=False).hexdigest()

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files of a model that has the layout of a real one, and no more than a few numbers for weights."""
        config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": _WEIGHTS[0]}
        words = {"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}
        return {
            "README.md": b"---\nlicense: apache-2.0\n---\n",
            "config.json": json.dumps(config).encode(),
            "model.safetensors": _safetensors("model.embed_tokens.weight", _WEIGHTS),
            "tokenizer.json": json.dumps(words).encode(),
        }

    def answer(self, path: str, shown: str) -> tuple[HTTPStatus, bytes]:
        """The status and the body for a path.

        Args:
            shown: the header Authorization.
        """
        if self.token and shown != f"Bearer {self.token}":
            return HTTPStatus.UNAUTHORIZED, _said("Invalid credentials in Authorization header")
        revisions = {self.revision, self.commit}
        for revision in revisions:
            if path == f"/api/models/{self.model_id}/revision/{revision}":
                return HTTPStatus.OK, json.dumps(self._details).encode()
            if path == f"/api/models/{self.model_id}/tree/{revision}":
                return HTTPStatus.OK, json.dumps([_entry(*file) for file in self.files.items()]).encode()
            for name, content in self.files.items():
                if path == f"/{self.model_id}/resolve/{revision}/{name}":
                    self.sent.append(name)
                    return HTTPStatus.OK, content
        return HTTPStatus.NOT_FOUND, _said(f"there is {self.model_id} at {self.revision}, and nothing else")

    @property
    def _details(self) -> dict[str, Any]:
        about = {"pipeline_tag": "text-generation", "library_name": "transformers"}
        return {
            "id": self.model_id,
            "sha": self.commit,
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


def _safetensors(name: str, shape: tuple[int, int]) -> bytes:
    """A file with one tensor of zeros: the length of the header, the header, the numbers
    (https://huggingface.co/docs/safetensors/index#format)."""
    length = shape[0] * shape[1] * _FLOAT_BYTES
    header = json.dumps({name: {"dtype": "F32", "shape": list(shape), "data_offsets": [0, length]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(length)
