"""A GitHub on loopback that answers what a test says, in the form that GitHub's REST API has."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One reply."""

    content: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class GitHubOnLoopback:
    """What it answers, by path, and what it was asked.

    Attributes:
        url: without a slash at its end; the API lies under ``/api/v3``, as on an Enterprise Server.
        token: the only one that it takes.
        asked: methods and paths.
    """

    token: str
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str) -> Answer:
        """The reply to a request."""
        self.asked.append(f"{method} {path}")
        if token != f"Bearer {self.token}":
            return Answer({"message": "Bad credentials"}, 401)
        return self.answers.get(path, Answer({"message": "Not Found"}, 404))


@contextmanager
def github_on_loopback(token: str) -> Iterator[GitHubOnLoopback]:
    """Answer requests for the length of a ``with`` block."""
    github = GitHubOnLoopback(token)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/api/v3")
            answer = github.answer(self.command, path, self.headers.get("Authorization", ""))
            body = json.dumps(answer.content).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
