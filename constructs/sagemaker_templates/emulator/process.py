"""Starting the emulator as a process of its own, and ending exactly that process again."""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from sagemaker_templates.emulator.routes import RESET_ROUTE, TOKEN_HEADER
from sagemaker_templates.failures import StepFailed

_START_SECONDS = 60
_STOP_SECONDS = 10
_LOG_LINES = 15
_of_this_thread = threading.local()


class EmulatorError(StepFailed):
    """The emulator did not start, or refused an administrative request."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it listens, and how to talk to it as one account or another.

    Attributes:
        token: the secret access key of every account, which nobody knows but who started it.
    """

    url: str
    pid: int
    log_file: Path
    token: str = field(repr=False)

    def environment(self, account_id: str, region: str) -> dict[str, str]:
        """Return the variables that send an AWS client to the emulator, as an account's administrator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account_id,
            "AWS_SECRET_ACCESS_KEY": self.token,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Whatever this person's AWS configuration says, it must not be mixed in.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # An operation that is not emulated will not appear by asking again.
            "AWS_MAX_ATTEMPTS": "2",
        }

    def client(self, service: str, account_id: str, region: str) -> Any:
        """Return a boto3 client of one service, as an account's administrator."""
        return self.client_with(service, self.environment(account_id, region))

    def client_with(self, service: str, variables: Mapping[str, str]) -> Any:
        """Return a boto3 client of one service, with the region and the credentials that variables hold.

        Args:
            variables: as ``environment`` gives them; with ``AWS_SESSION_TOKEN`` where a role acts.
        """
        return _session().client(
            service,
            region_name=variables["AWS_REGION"],
            endpoint_url=self.url,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=variables.get("AWS_SESSION_TOKEN"),
        )

    def reset(self) -> None:
        """Forget everything, in all accounts."""
        self.administer(RESET_ROUTE, {})

    def administer(self, route: str, content: dict[str, Any]) -> dict[str, Any]:
        """Send one administrative request.

        Raises:
            EmulatorError: the emulator refuses it.
        """
        request = Request(  # noqa: S310 - always the loopback URL of this emulator
            f"{self.url}{route}",
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json", TOKEN_HEADER: self.token},
            method="POST",
        )
        try:
            with urlopen(request) as reply:  # noqa: S310 - see above
                parsed: dict[str, Any] = json.loads(reply.read())
        except HTTPError as refused:
            with refused:
                raise EmulatorError(f"{route}: {refused.read().decode(errors='replace') or refused}") from refused
        except OSError as error:
            raise EmulatorError(f"{route}: {error}") from error
        return parsed


@contextmanager
def running_emulator(
    log_file: Path | None = None, port: int = 0, *, checks_requests: bool = True, checks_rights: bool = True
) -> Iterator[Emulator]:
    """Run an emulator for the length of a ``with`` block; it ends with the block, or with this process.

    Args:
        checks_requests: whether it refuses requests that break a rule of their service's model, as the service does.
        checks_rights: whether it refuses to roles what their policies do not allow.
    """
    flags = {"--no-request-checks": checks_requests, "--no-rights-checks": checks_rights}
    options = [flag for flag, checks in flags.items() if not checks]
    process, emulator = _start(log_file, port, *options, stop_with_this_process=True)
    try:
        yield emulator
    finally:
        _stop(process)


def start_emulator(log_file: Path | None = None, port: int = 0) -> Emulator:
    """Start an emulator that outlives this process; whoever reads its ``pid`` ends it.

    Raises:
        EmulatorError: it did not start.
    """
    return _start(log_file, port, stop_with_this_process=False)[1]


def _session() -> Any:
    """Return this thread's boto3 session: reading boto3's own data takes longer than most requests."""
    import boto3

    if not hasattr(_of_this_thread, "session"):
        _of_this_thread.session = boto3.Session()
    return _of_this_thread.session


def _start(
    log_file: Path | None, port: int, *options: str, stop_with_this_process: bool
) -> tuple[subprocess.Popen[str], Emulator]:
    log = log_file or _new_log_file()
    # -P: nothing is to be imported from the folder that this happens to be started in.
    command = [sys.executable, "-P", "-m", "sagemaker_templates.emulator", "--port", str(port), *options]
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [*command, "--stop-with-stdin"] if stop_with_this_process else command,
            stdin=subprocess.PIPE if stop_with_this_process else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_child_environment(),
            text=True,
            start_new_session=True,  # Ctrl-C is for this process, which then ends the emulator
        )
    try:
        ready = _wait_until_ready(process, log)
    except BaseException:
        _stop(process)
        raise
    return process, Emulator(url=ready["url"], pid=ready["pid"], log_file=log, token=ready["token"])


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    stdout: IO[str] | None = process.stdout
    assert stdout is not None  # noqa: S101 - it was asked for
    readable, _, _ = select.select([stdout], [], [], _START_SECONDS)
    line = stdout.readline() if readable else ""
    if not line:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
        raise EmulatorError(f"the emulator did not start; the end of {log}:\n{tail}")
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process: by closing its standard input if that was agreed, else by a signal to its id."""
    if process.stdin:
        process.stdin.close()
    else:
        process.terminate()
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _new_log_file() -> Path:
    handle, name = tempfile.mkstemp(prefix="aws-emulator-", suffix=".log")
    os.close(handle)
    return Path(name)


def _child_environment() -> dict[str, str]:
    """Return this environment, less real credentials, and with this package findable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    package_root = str(Path(__file__).parents[2])
    # An empty entry would mean the current folder.
    search = [package_root, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return {**kept, "PYTHONPATH": os.pathsep.join(search), "AWS_EC2_METADATA_DISABLED": "true"}
