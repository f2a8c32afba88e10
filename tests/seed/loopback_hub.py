"""A Hugging Face hub on loopback, as far as importing a model goes, with the ways in which that fails.

It answers as the hub does: model information for a revision, a paged list of files, and their content; large files
are kept at another address, to which it redirects. A wrong access token is refused everywhere, none at all where
something is not public; and a token must never arrive at that other address.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE_SUFFIXES = (".safetensors", ".bin")
_PAGE = 3

Files = Mapping[str, bytes]


def git_oid(content: bytes) -> str:
    """Git's name for a file."""
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


@dataclass
class HubModel:
    """A model: what it holds at each commit, and where its branches and tags are."""

    commits: dict[str, Files]
    revisions: dict[str, str]
    details: dict[str, Any] = field(default_factory=dict)
    # Gated, and the account of the token has not been let in.
    closed: bool = False
    # Not there for whoever shows no token.
    private: bool = False

    def commit(self, revision: str) -> str | None:
        """The commit of a branch, a tag or a commit."""
        return revision if revision in self.commits else self.revisions.get(revision)


@dataclass
class Seen:
    """One request, without its token."""

    server: str
    method: str
    path: str
    range: str | None
    authorized: bool


@dataclass
class LoopbackHub:
    """The hub; ``token`` is the only one that it takes.

    Attributes:
        breaks: after how many bytes the next transfers of a path break off; one entry for each.
        unavailable: how many of the next requests are answered with 503.
        replaced: what is sent in place of a file's content.
    """

    token: str
    models: dict[str, HubModel] = field(default_factory=dict)
    breaks: dict[str, list[int]] = field(default_factory=dict)
    unavailable: int = 0
    ranges: bool = True
    replaced: dict[str, bytes] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    address: str = ""
    store_address: str = ""

    def start_over(self, models: dict[str, HubModel]) -> None:
        """Hold other models, forget what was asked, and fail in no way."""
        self.models = models
        self.breaks, self.replaced, self.requests = {}, {}, []
        self.unavailable, self.ranges = 0, True

    def transfers(self) -> list[Seen]:
        """The requests for the content of files, redirected ones counted once."""
        return [
            seen
            for seen in self.requests
            if seen.server == "store" or ("/resolve/" in seen.path and not seen.path.endswith(LARGE_SUFFIXES))
        ]


@contextmanager
def running(hub: LoopbackHub) -> Iterator[LoopbackHub]:
    """Serve the hub, and the place of its large files, on two ports of their own."""
    servers = [
        ThreadingHTTPServer(("127.0.0.1", 0), type(name, (handler,), {"hub": hub}))
        for name, handler in (("HubHandler", _HubHandler), ("StoreHandler", _StoreHandler))
    ]
    hub.address, hub.store_address = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    threads = [Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: LoopbackHub
    server_name: str

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what was asked is kept by the hub."""

    def note(self) -> str:
        """Remember the request; gives its path in plain letters."""
        path = unquote(urlsplit(self.path).path)
        authorized = self.headers.get("Authorization") is not None
        seen = Seen(self.server_name, self.command, path, self.headers.get("Range"), authorized)
        self.hub.requests.append(seen)
        return path

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, code: str | None, message: str) -> None:
        """Send an error as the hub does."""
        named = {"X-Error-Code": code} if code else {}
        self.answer(status, json.dumps({"error": message}).encode(), {"X-Error-Message": message, **named})

    def send_file(self, path: str, content: bytes) -> None:
        """Send a file from where it is asked for; break off where the hub has been told to."""
        content = self.hub.replaced.get(path, content)
        wanted = self.headers.get("Range") if self.hub.ranges else None
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        rest = content[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        waiting = self.hub.breaks.get(path)
        if waiting:
            rest = rest[: waiting.pop(0)]
            self.close_connection = True
        self.wfile.write(rest)


class _HubHandler(_Handler):
    server_name = "hub"

    def do_GET(self) -> None:
        path = self.note()
        if self.hub.unavailable:
            self.hub.unavailable -= 1
            return self.refuse(503, None, "Service Unavailable")
        if self.headers.get("Authorization") not in {None, f"Bearer {self.hub.token}"}:
            return self.refuse(401, None, "Invalid credentials in Authorization header")
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            return self._api("/".join(parts[2:4]), parts[4], "/".join(parts[5:]))
        return self._resolve("/".join(parts[:2]), parts[3], "/".join(parts[4:]))

    def _api(self, model_id: str, what: str, revision: str) -> None:
        found = self._commit(model_id, revision)
        if found is None:
            return None
        model, commit = found
        if what == "revision":
            details = {"id": model_id, "sha": commit, "gated": False, **model.details}
            return self.answer(200, json.dumps(details).encode())
        return self._page(model_id, commit, model.commits[commit])

    def _commit(self, model_id: str, revision: str) -> tuple[HubModel, str] | None:
        model = self.hub.models.get(model_id)
        anonymous = self.headers.get("Authorization") is None
        if model is None or (model.private and anonymous):
            self.refuse(401 if anonymous else 404, "RepoNotFound", "Repository not found")
            return None
        commit = model.commit(revision)
        if commit is None:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return None
        return model, commit

    def _page(self, model_id: str, commit: str, files: Files) -> None:
        first = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
        entries = [self._entry(path, files[path]) for path in sorted(files)]
        folders = sorted({path.rpartition("/")[0] for path in files if "/" in path})
        entries += [{"type": "directory", "path": folder, "oid": "0" * 40, "size": 0} for folder in folders]
        address = f"{self.hub.address}/api/models/{model_id}/tree/{commit}?recursive=true&cursor={first + _PAGE}"
        link = {"Link": f'<{address}>; rel="next"'} if first + _PAGE < len(entries) else {}
        self.answer(200, json.dumps(entries[first : first + _PAGE]).encode(), link)

    @staticmethod
    def _entry(path: str, content: bytes) -> dict[str, Any]:
        entry = {"type": "file", "path": path, "size": len(content), "oid": git_oid(content)}
        if not path.endswith(LARGE_SUFFIXES):
            return entry
        sha256 = hashlib.sha256(content).hexdigest()
        return {
            **entry,
            "oid": git_oid(sha256.encode()),
            "lfs": {"oid": sha256, "size": len(content), "pointerSize": 134},
        }

    def _resolve(self, model_id: str, revision: str, path: str) -> None:
        found = self._commit(model_id, revision)
        if found is None:
            return None
        model, commit = found
        anonymous = self.headers.get("Authorization") is None
        if model.closed or (anonymous and model.details.get("gated")):
            return self.refuse(401 if anonymous else 403, "GatedRepo", f"Access to model {model_id} is restricted")
        if path.endswith(LARGE_SUFFIXES):
            return self.answer(302, headers={"Location": f"{self.hub.store_address}/{model_id}/{commit}/{path}"})
        return self.send_file(path, model.commits[commit][path])


class _StoreHandler(_Handler):
    server_name = "store"

    def do_GET(self) -> None:
        owner, name, commit, path = self.note().strip("/").split("/", 3)
        self.send_file(path, self.hub.models[f"{owner}/{name}"].commits[commit][path])
