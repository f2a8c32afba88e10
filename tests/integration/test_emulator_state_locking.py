"""State in S3 is locked by S3 itself: of two who apply at once, one waits or fails cleanly, and no state is lost."""

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.operations.terraform import Terraform, TerraformError
from terraform_factory import TerraformFactory

pytestmark = [pytest.mark.emulator, pytest.mark.terraform]

ACCOUNT = "222222222222"
REGION = "eu-west-1"
BUCKET = "example-state"
_WAIT_SECONDS = 120
_STOP_AT_GATE = "import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)"


class _Gate:
    """Holds an apply in the middle, for as long as the test wants it there."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.command = f'"{sys.executable}" -c "{_STOP_AT_GATE.format(port=listener.getsockname()[1])}"'

    def wait_for_arrival(self) -> socket.socket:
        return self._listener.accept()[0]


@pytest.fixture
def gate() -> Iterator[_Gate]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_WAIT_SECONDS)
        yield _Gate(listener)


def test_the_second_of_two_fails_cleanly_or_waits_and_no_state_is_lost(
    terraform: TerraformFactory, emulator: Emulator, gate: _Gate
) -> None:
    Account(emulator, ACCOUNT, REGION).create_bucket(BUCKET)
    waiting = Event()

    def notice(line: str) -> None:
        if "Acquiring state lock" in line:
            waiting.set()

    first = terraform("first", _stack({"one": _held(gate)}), ACCOUNT, REGION)
    impatient = terraform("impatient", _stack({"one": {}, "two": {}}), ACCOUNT, REGION)
    patient = terraform("patient", _stack({"one": {}, "two": {}}), ACCOUNT, REGION, progress=notice)

    with ThreadPoolExecutor() as pool:
        first_done = pool.submit(first.apply)
        with gate.wait_for_arrival():
            with pytest.raises(TerraformError) as refusal:
                impatient.apply()
            second_done = pool.submit(patient.apply, None, f"-lock-timeout={_WAIT_SECONDS}s")
            assert waiting.wait(_WAIT_SECONDS)
            assert not second_done.done()
        first_done.result(_WAIT_SECONDS)
        second_done.result(_WAIT_SECONDS)

    assert "Error acquiring the state lock" in str(refusal.value)
    assert _addresses(patient) == {"terraform_data.one", "terraform_data.two"}
    assert not patient.plan().has_changes
    assert _keys(emulator) == ["abalone/terraform.tfstate"]


def test_state_lies_in_the_account_that_the_backend_is_used_from(
    terraform: TerraformFactory, emulator: Emulator
) -> None:
    Account(emulator, ACCOUNT, REGION).create_bucket(BUCKET)
    terraform("only", _stack({"one": {}}), ACCOUNT, REGION).apply()
    assert _keys(emulator) == ["abalone/terraform.tfstate"]
    elsewhere = emulator.client("s3", "333333333333", REGION)
    assert elsewhere.list_buckets()["Buckets"] == []


def _stack(resources: dict[str, Any]) -> dict[str, Any]:
    backend = {"bucket": BUCKET, "key": "abalone/terraform.tfstate", "region": REGION, "use_lockfile": True}
    return {"terraform": {"backend": {"s3": backend}}, "resource": {"terraform_data": resources}}


def _held(gate: _Gate) -> dict[str, Any]:
    return {"provisioner": [{"local-exec": {"command": gate.command}}]}


def _addresses(runner: Terraform) -> set[str]:
    state = runner.show_json()
    return {resource["address"] for resource in state["values"]["root_module"]["resources"]}


def _keys(emulator: Emulator) -> list[str]:
    """Return what lies in the state bucket: the state, and no lock that was left behind."""
    return [
        entry["Key"]
        for entry in emulator.client("s3", ACCOUNT, REGION).list_objects_v2(Bucket=BUCKET).get("Contents", [])
    ]
