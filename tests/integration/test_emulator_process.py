"""The emulator starts, is reachable from this machine alone, and never outlives the one who needs it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from sagemaker_templates.emulator import Emulator, EmulatorError, running_emulator, start_emulator

pytestmark = pytest.mark.emulator

_WAIT_SECONDS = 60
_OWNER = """
import sys
from pathlib import Path
from sagemaker_templates.emulator import running_emulator
with running_emulator(log_file=Path(sys.argv[1])) as emulator:
    print(emulator.url, flush=True)
    sys.stdin.read()
"""
_STARTER = """
import json, sys
from pathlib import Path
from sagemaker_templates.emulator import start_emulator
emulator = start_emulator(log_file=Path(sys.argv[1]))
print(json.dumps([emulator.url, emulator.pid, emulator.token]))
"""


def test_it_answers_while_the_block_runs_and_not_after(tmp_path: Path) -> None:
    with running_emulator(log_file=tmp_path / "log") as emulator:
        assert emulator.administer("/emulator-api/health", {}) == {"status": "ok"}
    assert _is_gone(emulator)


def test_it_takes_what_breaks_a_rule_of_the_model_only_where_that_is_asked_for(tmp_path: Path) -> None:
    def create(emulator: Emulator) -> None:
        emulator.client("logs", "111111111111", "us-east-1").create_log_group(logGroupName="a b")

    with running_emulator(log_file=tmp_path / "log") as emulator:
        with pytest.raises(ClientError, match="Value 'a b' at 'logGroupName' failed to satisfy constraint"):
            create(emulator)
        assert "refused: logs" in emulator.log_file.read_text()
    with running_emulator(log_file=tmp_path / "other log", checks_requests=False) as emulator:
        create(emulator)


def test_a_client_that_waits_for_leave_to_send_gets_it_before_it_sends(emulator: Emulator) -> None:
    """As boto3 does whenever it puts an object; it would wait a second for nothing."""
    address = urlsplit(emulator.url)
    head = f"PUT /bucket/key HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    with (
        socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=_WAIT_SECONDS) as client,
        client.makefile("rb") as replies,
    ):
        client.sendall(head.encode())
        assert [replies.readline(), replies.readline()] == [b"HTTP/1.1 100 Continue\r\n", b"\r\n"]
        client.sendall(b"x")
        assert b" 403 " in replies.readline(), "and then its request is answered"


def test_it_ends_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="boom"), running_emulator(log_file=tmp_path / "log") as emulator:
        raise RuntimeError("boom")
    assert _is_gone(emulator)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, number: signal.Signals) -> None:
    with _python(_OWNER, tmp_path / "log") as owner:
        url = _line(owner.stdout)
        with _connected(url) as connection:
            owner.send_signal(number)
            owner.wait(_WAIT_SECONDS)
            assert _end_of(connection)


def test_two_at_once_have_ports_of_their_own(tmp_path: Path) -> None:
    with running_emulator(log_file=tmp_path / "one") as one, running_emulator(log_file=tmp_path / "two") as two:
        assert one.url != two.url
        one.client("codecommit", "111111111111", "us-east-1").create_repository(repositoryName="only-here")
        elsewhere = two.client("codecommit", "111111111111", "us-east-1").list_repositories()
        assert elsewhere["repositories"] == []


def test_one_that_was_started_to_stay_outlives_its_starter(tmp_path: Path) -> None:
    with _python(_STARTER, tmp_path / "log") as starter:
        url, pid, token = json.loads(_line(starter.stdout))
        starter.wait(_WAIT_SECONDS)
    with _connected(url) as connection:
        emulator = Emulator(url, pid, tmp_path / "log", token)
        assert emulator.administer("/emulator-api/health", {}) == {"status": "ok"}
        os.kill(pid, signal.SIGTERM)
        assert _end_of(connection)


def test_a_port_that_is_taken_is_an_error_that_says_so(emulator_process: Emulator, tmp_path: Path) -> None:
    port = urlsplit(emulator_process.url).port or 0
    with pytest.raises(EmulatorError, match="did not start"):
        start_emulator(log_file=tmp_path / "log", port=port)


def test_the_command_announces_itself_in_a_file(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    arguments = ["-m", "sagemaker_templates.emulator", "--stop-with-stdin", "--ready-file", str(ready)]
    with _process([sys.executable, *arguments]) as process:
        announced = json.loads(_line(process.stdout))
        assert json.loads(ready.read_text()) == announced
        assert announced["pid"] == process.pid
        assert ready.stat().st_mode & 0o777 == 0o600, "the token is for whoever started it alone"


_STARTED = "from sagemaker_templates.emulator import running_emulator\nwith running_emulator(): pass"


@pytest.mark.parametrize("search", ["", ":", "/nowhere:"], ids=["unset", "empty entries", "a trailing colon"])
def test_what_lies_in_the_current_folder_is_not_imported(tmp_path: Path, search: str) -> None:
    _trap(tmp_path)
    # By its path: -c alone would put the current folder first for the starter itself, which is the starter's choice.
    program = tmp_path.parent / f"{tmp_path.name}-starter.py"
    program.write_text(_STARTED)
    _run([str(program)], tmp_path, search)
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("options", [[], ["-P"]], ids=["as it is", "with -P"])
def test_what_lies_in_the_current_folder_is_not_imported_by_the_command(tmp_path: Path, options: list[str]) -> None:
    _trap(tmp_path)
    _run([*options, "-m", "sagemaker_templates.emulator", "--stop-with-stdin"], tmp_path, "")
    assert not (tmp_path / "executed").exists()


def _trap(folder: Path) -> None:
    """Put packages there that have the names of what the emulator imports, and that tell when they are."""
    for name in ("moto", "werkzeug", "botocore", "boto3"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"open({str(folder / 'executed')!r}, 'w').close()")


def _run(arguments: list[str], folder: Path, search: str) -> None:
    environment = {**os.environ, "PYTHONPATH": search}
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "x", "1e3", ""])
def test_what_is_no_port_is_refused_in_one_line(port: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-P", "-m", "sagemaker_templates.emulator", f"--port={port}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert finished.stderr.splitlines() == [finished.stderr.strip()]
    assert f"{port} is no port: 0 to 65535" in finished.stderr


def test_it_listens_on_loopback_alone(emulator_process: Emulator) -> None:
    address = urlsplit(emulator_process.url)
    assert address.hostname == "127.0.0.1"
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", address.port))


@pytest.mark.parametrize(
    "header", [{"Origin": "https://example.com"}, {"Host": "example.com"}], ids=lambda header: next(iter(header))
)
def test_web_pages_are_refused(emulator_process: Emulator, header: dict[str, str]) -> None:
    request = Request(f"{emulator_process.url}/moto-api/reset", headers=header, method="POST")  # noqa: S310
    with pytest.raises(HTTPError) as refused:
        urlopen(request)  # noqa: S310
    assert refused.value.code == 403
    refused.value.close()


def _is_gone(emulator: Emulator) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", urlsplit(emulator.url).port or 0)) != 0


def _connected(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=_WAIT_SECONDS)


def _end_of(connection: socket.socket) -> bool:
    """Wait until the other end is gone: the connection that it held ends with it."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


@contextmanager
def _python(program: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    with _process([sys.executable, "-c", program, *map(str, arguments)]) as process:
        yield process


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()
