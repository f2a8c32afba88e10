"""As much of the Hugging Face Hub, on loopback, as fetching one public model takes."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "c" * 40
MODEL = "somebody/some-model"


@contextmanager
def hub(folder: Path) -> Iterator[str]:
    """Serve a folder as the branch main of MODEL; gives the hub's address."""
    handler = type("Handler", (_Handler,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in {f"/api/models/{MODEL}/revision/{each}" for each in ("main", COMMIT)}:
            return self._answer(200, json.dumps(self._information()).encode())
        if path.startswith(f"/api/models/{MODEL}/tree/{COMMIT}"):
            return self._answer(200, json.dumps(self._entries()).encode())
        file = self.folder / path.removeprefix(f"/{MODEL}/resolve/{COMMIT}/")
        if path.startswith(f"/{MODEL}/resolve/{COMMIT}/") and file.is_file():
            return self._answer(200, file.read_bytes())
        return self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _information(self) -> dict[str, object]:
        siblings = [{"rfilename": entry["path"]} for entry in self._entries()]
        return {"id": MODEL, "sha": COMMIT, "siblings": siblings}

    def _entries(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40}
            for file in sorted(self.folder.iterdir())
        ]

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        digest = hashlib.sha256(body).hexdigest()
        always = {"Content-Length": str(len(body)), "ETag": f'"{digest}"', "X-Repo-Commit": COMMIT}
        for name, value in {**always, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
