"""The emulator's server sends what clients can rely on."""

import socket
import threading
from collections.abc import Iterable, Iterator

import pytest
from sagemaker_templates.emulator.call import Environ
from sagemaker_templates.emulator.reply import StartResponse
from sagemaker_templates.emulator.server import HOST, request_handler
from werkzeug.serving import make_server

REQUEST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
BODY = b'{"Tags": []}'


def _answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    environ["wsgi.input"].read(2)
    start_response("200 OK", [("Content-Length", str(len(BODY)))])
    return [BODY]


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server with the emulator's way of handling requests."""
    server = make_server(HOST, 0, _answer, threaded=True, request_handler=request_handler())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("_attempt", range(5))
def test_a_reply_comes_in_one_piece(port: int, _attempt: int) -> None:
    """A Go client that has the headers alone may close the connection, and ask again for what was done already."""
    with socket.create_connection((HOST, port)) as client:
        client.sendall(REQUEST)
        first = client.recv(1 << 16)
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\n" + BODY)
