"""What runs on a person's machine asks nobody outside it: no version check, no telemetry, no instance metadata.

Watched are the connections that Python makes, and the requests that Terraform, its provider and Node would send
through a proxy: it is one on loopback that notes who comes.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine, find_engine
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform
from terraform_factory import TerraformFactory
from terraform_starter import Missing

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

_WATCHED = """
import os, sys
notes = open(sys.argv.pop(1), "a", buffering=1)
def note(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not str(arguments[1][0]).startswith("127."):
        notes.write(f"connect {arguments[1]}\\n")
    elif event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost", None):
        notes.write(f"look up {arguments[0]}\\n")
sys.addaudithook(note)
from sagemaker_templates.cli import main
main()
"""


@dataclass
class Proxy:
    """Hears what would leave the machine."""

    port: int
    asked: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What sends everything but loopback here, for programs of any kind."""
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        everything = dict.fromkeys(names, f"http://127.0.0.1:{self.port}")
        direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
        return {**everything, **{name.lower(): value for name, value in everything.items()}, **direct}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy that refuses, and remembers the first line of each request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = Proxy(listener.getsockname()[1])

        def listen() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    first = connection.recv(1 << 16).decode(errors="replace").splitlines()[:1]
                    if first == ["END"]:
                        return
                    heard.asked.extend(first or ["a connection that said nothing"])

        thread = threading.Thread(target=listen)
        thread.start()
        yield heard
        with socket.create_connection(("127.0.0.1", heard.port)) as last:
            last.sendall(b"END\n")
        thread.join()


@pytest.fixture
def watched(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    """The same, for all that this process starts. Nothing that a person may have set keeps it quiet."""
    for name in ("CHECKPOINT_DISABLE", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    for name, value in proxy.environment().items():
        monkeypatch.setenv(name, value)
    return proxy


def test_the_watch_hears_what_terraform_asks_when_nothing_keeps_it_quiet(
    watched: Proxy, terraform_engine: Engine, missing: Missing
) -> None:
    """Else the tests below would prove nothing."""
    if terraform_engine.name != "Terraform":
        missing(f"{terraform_engine} asks nobody for newer versions")
    subprocess.run([*terraform_engine.command, "version"], capture_output=True, check=True)
    assert any("checkpoint-api.hashicorp.com" in line for line in watched.asked)


def test_looking_for_an_engine_asks_nobody(watched: Proxy, terraform_engine: Engine) -> None:
    assert find_engine() == terraform_engine
    assert watched.asked == []


def test_validate_synth_and_scan_connect_to_nobody(watched: Proxy, tmp_path: Path) -> None:
    notes, output = tmp_path / "notes", tmp_path / "out"
    for command in (["validate"], ["synth", "--output", str(output)], ["scan", "--output", str(output)]):
        run = subprocess.run(
            [sys.executable, "-c", _WATCHED, str(notes), *command],
            cwd=ROOT,
            env=_search(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
    assert notes.read_text() == ""
    assert watched.asked == []


def test_a_stack_on_the_emulator_is_planned_applied_and_destroyed_and_nobody_else_is_asked(
    watched: Proxy, terraform: TerraformFactory, provider: ProviderSource, emulator: Emulator, missing: Missing
) -> None:
    if provider.mirror is None:
        missing("the provider itself comes over the network here")
    stack = {"resource": {"aws_ssm_parameter": {"one": {"name": "/one", "type": "String", "value": "1"}}}}
    runner: Terraform = terraform("quiet", stack, "111111111111")
    runner.apply(runner.plan())
    runner.destroy()
    assert watched.asked == []
    assert emulator.client("ssm", "111111111111", "us-east-1").describe_parameters()["Parameters"] == []


def _search(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "PYTHONPATH": str(ROOT / "constructs")}
