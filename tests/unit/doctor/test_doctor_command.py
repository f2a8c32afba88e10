"""How the doctor ends where nobody answers, where it is not wanted any more, and what it prints."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import an_environment
from sagemaker_templates.cli import main
from sagemaker_templates.doctor.examination import Examination
from sagemaker_templates.doctor.report import as_data, as_lines
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Finding, failed, passed, unknown
from sagemaker_templates.templates.registry import all_templates
from synthesized import ROOT, input_of

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "111111111111",
    "AWS_SECRET_ACCESS_KEY": "of-nobody",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
LONGEST_WAIT_SECONDS = 60
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::999999999999:user/other</Arn><UserId>X</UserId><Account>999999999999</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""

Reply = tuple[int, str]


def _error(code: str, status: int = 400) -> Reply:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>told</Message></Error>"
    return status, f"<ErrorResponse>{error}</ErrorResponse>"


@dataclass
class Service:
    """What a service on loopback answers, one reply after the other, the last again and again.

    Attributes:
        asked: is set once there was a request.
        answering: is waited for before any answer.
    """

    replies: Sequence[Reply]
    requests: int = 0
    url: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    answering: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _service(*replies: Reply, answers: bool = True) -> Iterator[Service]:
    service = Service(replies)
    if answers:
        service.answering.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = service.replies[min(service.requests, len(service.replies) - 1)]
            service.requests += 1
            service.asked.set()
            service.answering.wait()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.answering.set()
        server.shutdown()
        thread.join()
        server.server_close()


Doctor = Callable[..., tuple[int, str]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Runs the command on the case ``minimal``, with credentials that lead to a service on loopback alone."""

    def run(url: str, *arguments: str, **variables: str) -> tuple[int, str]:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url, **variables}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(["doctor", "--environments", str(input_of("minimal")), *arguments])
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (_error("ExpiredToken", 403), "the credentials have expired"),
        (_error("InvalidClientTokenId", 403), "AWS does not know the credentials, or the region is not enabled"),
        (_error("SignatureDoesNotMatch", 403), "the secret key does not belong to the access key"),
    ],
)
def test_credentials_that_are_no_good_are_one_line_and_nothing_else_is_asked(
    doctor: Doctor, reply: Reply, said: str
) -> None:
    with _service(reply) as service:
        code, output = doctor(service.url)
    assert code == 1
    assert service.requests == 1
    (line,) = [line for line in output.splitlines() if "✗" in line]
    assert said in line
    assert output.endswith("\n1 check: 0 as it must be, 1 not, 0 could not be told\n")


def test_a_request_that_is_throttled_is_sent_again(doctor: Doctor) -> None:
    with _service(_error("Throttling"), (200, IDENTITY)) as service:
        code, output = doctor(service.url)
    assert (code, service.requests) == (1, 2)
    assert "arn:aws:iam::999999999999:user/other is of the account 999999999999" in output


def test_without_a_network_it_is_one_line(doctor: Doctor) -> None:
    with _service((200, "")) as service:
        nowhere = service.url
    code, output = doctor(nowhere)
    assert code == 1
    (line,) = [line for line in output.splitlines() if "✗" in line]
    assert "AWS cannot be reached" in line


def test_without_credentials_it_is_one_line(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with _service((200, IDENTITY)) as service:
        code, output = doctor(service.url, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert (code, service.requests) == (1, 0)
    assert "there are no credentials: sign in, or set AWS_PROFILE" in output


def test_json_is_the_same_for_programs(doctor: Doctor) -> None:
    with _service((200, IDENTITY)) as service:
        code, output = doctor(service.url, "--format", "json")
    found = json.loads(output)
    assert (code, found["failed"]) == (1, 1)
    (finding,) = found["findings"]
    assert finding["check"] == "the credentials are the account's"
    assert (finding["environment"], finding["status"]) == ("dev", "failed")


@pytest.mark.parametrize("scope", ["nowhere", "dev/nothing"])
def test_what_there_is_not_is_wrong_input(doctor: Doctor, scope: str) -> None:
    with _service((200, IDENTITY)) as service:
        assert doctor(service.url, scope) == (2, "")
    assert service.requests == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_ends_it_is_heard_though_nobody_answers(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with _service((200, IDENTITY), answers=False) as service:
        known = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "constructs")}
        with subprocess.Popen(
            [sys.executable, "-m", "sagemaker_templates.cli", "doctor", "--environments", str(input_of("minimal"))],
            env={**known, **CREDENTIALS, "AWS_ENDPOINT_URL": service.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert service.asked.wait(LONGEST_WAIT_SECONDS)
            process.send_signal(number)
            output, complaints = process.communicate(timeout=LONGEST_WAIT_SECONDS)
    assert (process.returncode, output) == (code, "")
    assert complaints.splitlines()[-1].startswith(f"interrupted ({number.name})")
    assert "Traceback" not in complaints


def test_what_is_not_answered_in_time_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with _service((200, IDENTITY), answers=False) as service:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": service.url}.items():
            monkeypatch.setenv(name, value)
        (finding,) = Examination(seconds=0.1).findings([SITE])
    assert finding.verdict == unknown("no answer in time: is there a way from here to it?")


SITE = Site(an_environment(), (), (), (), all_templates())
FINDINGS = [
    Finding("dev", "state bucket states", "one", passed("is there")),
    Finding("dev", "secret [x]", "two", failed("is empty", "store :100: in it")),
    Finding("dev", "VPC", "three", unknown("nobody tells")),
]


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", "✓✗\N{EN DASH}"), ("ascii", "+x-")])
def test_a_line_is_a_mark_the_thing_and_what_is_so_and_what_to_do_stands_below(encoding: str, marks: str) -> None:
    lines = [str(line) for line in as_lines(FINDINGS, [SITE], encoding)]
    assert lines == [
        "dev  account 111111111111, us-east-1",
        f"  {marks[0]} state bucket states: is there",
        f"  {marks[1]} secret [x]: is empty",
        "      store :100: in it",
        f"  {marks[2]} VPC: nobody tells",
        "",
        "3 checks: 1 as it must be, 1 not, 1 could not be told",
    ]


def test_data_hold_every_finding() -> None:
    data = as_data(FINDINGS)
    assert data["failed"] == 1
    assert [one["status"] for one in data["findings"]] == ["passed", "failed", "unknown"]
    assert [one["remedy"] for one in data["findings"]] == [None, "store :100: in it", None]
