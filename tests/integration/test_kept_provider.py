"""A stack's kept provider answers as one that each command starts, is reached by its user alone, and ends with it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import REATTACH_VARIABLE, ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import TerraformError
from terraform_factory import TerraformFactory
from terraform_starter import TerraformStarter

pytestmark = [pytest.mark.emulator, pytest.mark.terraform]

ACCOUNT, REGION = "222222222222", "eu-west-1"
_WAIT_SECONDS = 120
_OWNER = """
import sys
from pathlib import Path
from sagemaker_templates.operations.kept_provider import InstalledProvider
address, program, folder = sys.argv[1:]
with InstalledProvider(address, Path(program)).kept(Path(folder), {}) as variables:
    print(variables["TF_REATTACH_PROVIDERS"], flush=True)
    sys.stdin.read()
"""


def _stack(tag: str) -> dict[str, Any]:
    """A parameter, in a stack whose default tags are a stack's own."""
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}},
        "provider": {"aws": {"region": REGION, "default_tags": {"tags": {"stack": tag}}}},
        "resource": {"aws_ssm_parameter": {"one": {"name": f"/{tag}", "type": "String", "value": "1"}}},
    }


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The folder of a stack."""
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(_stack("one")))
    return folder


def _address_of(variables: dict[str, str]) -> Path:
    """Where the process listens."""
    (process,) = json.loads(variables[REATTACH_VARIABLE]).values()
    assert process["Addr"]["Network"] == "unix", "no other machine can reach it"
    return Path(process["Addr"]["String"])


def _listens(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(address)) == 0


def test_it_plans_what_a_provider_plans_that_the_command_starts(
    emulator: Emulator, starter: TerraformStarter, provider: ProviderSource, stack: Path, tmp_path: Path
) -> None:
    variables = {**emulator.environment(ACCOUNT, REGION), **provider.environment()}
    plain = starter.start(stack, variables, tmp_path / "plain", plain=True)
    kept = starter.start(stack, variables, tmp_path / "kept")
    planned = [terraform.show_json(terraform.plan()) for terraform in (plain, kept)]
    for plan in planned:
        del plan["timestamp"]
    assert planned[0] == planned[1]


def test_stacks_that_are_applied_at_once_keep_their_own_default_tags(
    terraform: TerraformFactory, emulator: Emulator
) -> None:
    runners = {name: terraform(name, _stack(name), ACCOUNT, REGION) for name in ("one", "two")}
    for _ in range(2):
        for runner in runners.values():
            runner.apply()
    ssm = emulator.client("ssm", ACCOUNT, REGION)
    for name in runners:
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=f"/{name}")["TagList"]
        assert tags == [{"Key": "stack", "Value": name}]


def test_it_listens_in_a_folder_of_its_users_own(installations: ProviderInstallations, stack: Path) -> None:
    with installations.kept(stack, {}) as variables:
        address = _address_of(variables)
        assert _listens(address)
        own = Path(tempfile.gettempdir()) / address.relative_to(tempfile.gettempdir()).parts[0]
        assert stat.S_IMODE(own.stat().st_mode) == stat.S_IRWXU
    assert not own.exists()


def test_it_ends_with_its_block_on_success_and_on_failure(installations: ProviderInstallations, stack: Path) -> None:
    with installations.kept(stack, {}) as variables:
        address, connection = _connected(variables)
    with connection:
        assert _end_of(connection)
    with pytest.raises(RuntimeError, match="boom"), installations.kept(stack, {}) as variables:
        address, connection = _connected(variables)
        raise RuntimeError("boom")
    with connection:
        assert _end_of(connection)
    assert not address.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_that_keeps_it(
    installations: ProviderInstallations, stack: Path, number: signal.Signals
) -> None:
    found = installations.needed_by(stack)
    assert found
    with _owner(found.address, str(found.program), str(stack)) as owner:
        assert owner.stdout
        _, connection = _connected({REATTACH_VARIABLE: owner.stdout.readline()})
        with connection:
            owner.send_signal(number)
            owner.wait(_WAIT_SECONDS)
            assert _end_of(connection)


def test_a_version_is_installed_once_and_only_if_a_stack_asks_for_it(
    terraform_engine: Engine, provider: ProviderSource, stack: Path, tmp_path: Path
) -> None:
    installations = ProviderInstallations(terraform_engine, provider.environment(), tmp_path / "installed")
    without = tmp_path / "without"
    without.mkdir()
    (without / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"one": {}}}}))
    assert installations.needed_by(without) is None
    with installations.kept(without, {"A": "b"}) as variables:
        assert variables == {"A": "b"}
    first, second = (installations.needed_by(stack) for _ in range(2))
    assert first is second
    assert [path.name for path in (tmp_path / "installed").iterdir()] == ["0"]


def test_a_provider_of_another_version_is_not_taken_for_one_that_a_stack_asks_for(
    terraform_engine: Engine, provider: ProviderSource, stack: Path, tmp_path: Path
) -> None:
    """Terraform itself does not look at the version of a process that it is given."""
    installations = ProviderInstallations(terraform_engine, provider.environment(), tmp_path / "installed")
    installations.needed_by(stack)
    wanted = _stack("one")
    wanted["terraform"]["required_providers"]["aws"]["version"] = "= 0.0.1"
    (stack / "main.tf.json").write_text(json.dumps(wanted))
    with pytest.raises(TerraformError) as refused, installations.kept(stack, {}):
        pytest.fail("there is no such version")
    assert "0.0.1" in "".join(refused.value.diagnostics)


def _connected(variables: dict[str, str]) -> tuple[Path, socket.socket]:
    address = _address_of(variables)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_WAIT_SECONDS)
    connection.connect(str(address))
    return address, connection


def _end_of(connection: socket.socket) -> bool:
    """Whether the other end goes; what it had still to say is read before."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@contextmanager
def _owner(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
