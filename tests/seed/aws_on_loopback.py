"""AWS as far as an emulator on loopback goes: moto's server, from the generator's environment."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import boto3
import pytest

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60

DUMMY_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
}


@contextlib.contextmanager
def aws_on_loopback(log: Path) -> Iterator[str]:
    """An AWS of its own, with nothing in it; gives its address."""
    python = os.environ.get("GENERATOR_PYTHON", str(_ROOT / ".venv/bin/python"))
    assert Path(python).exists(), f"no {python}: set GENERATOR_PYTHON to the Python that has moto"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _until_ready(url, server, log)
        yield url
    finally:
        server.terminate()
        server.wait()


def _until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            urlopen(f"{url}/moto-api/data.json", timeout=5).close()  # noqa: S310
        except (URLError, OSError):
            # A pause that ends at once if the server does.
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.1)
        else:
            return
    pytest.fail(f"the emulator did not start in {_START_SECONDS} s:\n{log.read_text()}")


def start_over(url: str) -> str:
    """Empty an AWS, which is quicker than to start a new one; gives its address again."""
    urlopen(Request(f"{url}/moto-api/reset", method="POST"), timeout=_START_SECONDS).close()  # noqa: S310
    return url


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the emulator."""
    make: Callable[..., Any] = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
