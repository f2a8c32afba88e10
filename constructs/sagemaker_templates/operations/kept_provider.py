"""One provider process for all Terraform commands of one stack.

Left to itself, each Terraform command starts the AWS provider anew. A provider that was started with ``-debug``
serves one command after the other, which saves about half the CPU time of each
(https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode).

Such a process keeps the configuration that it was given last, default tags included: one serves the commands of one
stack, one after the other, never two stacks at once.
"""

import json
import os
import re
import select
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.running import RunningCommands
from sagemaker_templates.operations.terraform import ProviderUnavailableError, Terraform, passed_on
from sagemaker_templates.temporary import temporary_folder

REATTACH_VARIABLE = "TF_REATTACH_PROVIDERS"

_PROVIDER = "aws"
_SOURCE = "hashicorp/aws"
_ANNOUNCED = re.compile(rb"TF_REATTACH_PROVIDERS='(.*)'")
_START_SECONDS = 120
# The shell ends the provider when its own input ends: also when this process is killed outright.
_UNTIL_INPUT_ENDS = """
"$1" -debug & provider=$!
exec >/dev/null
cat
kill "$provider"
wait "$provider"
"""


class KeptProviderError(StepFailed):
    """The provider did not start, or was not found where ``init`` puts it; the message is one line."""


@dataclass(frozen=True)
class InstalledProvider:
    """A provider as ``init`` installed it, its checksum verified.

    Attributes:
        address: with its registry, as Terraform knows it: ``registry.terraform.io/hashicorp/aws``.
        program: the file that is executed.
    """

    address: str
    program: Path

    @contextmanager
    def kept(self, folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Run the provider for a stack while the block runs.

        Args:
            folder: the stack's own, for the provider reads the files that the stack names.
            environment: what the stack's Terraform is given; the provider knows no more of AWS than that.

        Yields:
            The variable that makes Terraform use this process, to be added to its environment.

        Raises:
            KeptProviderError: it does not start.
        """
        with temporary_folder() as private:
            # Its socket lies in TMPDIR, a folder that only this user may enter.
            variables = {**passed_on(environment), "TMPDIR": str(private)}
            with (
                (private / "log").open("w+b") as log,
                subprocess.Popen(
                    ["sh", "-c", _UNTIL_INPUT_ENDS, "sh", str(self.program)],
                    cwd=folder,
                    env=variables,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C ends Terraform first, which still needs its provider
                ) as process,
            ):
                try:
                    yield {REATTACH_VARIABLE: self._reattached(_announcement(process, log))}
                finally:
                    assert process.stdin is not None  # noqa: S101 - it was asked for
                    process.stdin.close()
                    process.wait()

    def _reattached(self, announced: bytes) -> str:
        """The announcement under the address of the registry that the engine knows the provider by."""
        (process,) = json.loads(announced).values()
        return json.dumps({self.address: process})


def _announcement(process: subprocess.Popen[bytes], log: Any) -> bytes:
    """Wait for the line in which the provider says how it is reached."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    said, deadline = b"", time.monotonic() + _START_SECONDS
    while not (found := _ANNOUNCED.search(said)):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        more = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not more:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise KeptProviderError(f"the AWS provider did not start: {last[0]}")
        said += more
    return found[1]


class ProviderInstallations:
    """Installs the AWS provider once for each version constraint that stacks have, by a plain ``terraform init``.

    ``environment`` says where providers come from; ``commands`` are those that end together with that ``init``.
    """

    def __init__(
        self,
        engine: Engine,
        environment: Mapping[str, str],
        folder: Path,
        commands: RunningCommands | None = None,
    ) -> None:
        self._commands = commands
        self._engine = engine
        self._environment = environment
        self._folder = folder
        self._installed: dict[str, InstalledProvider] = {}
        self._one_at_a_time = Lock()

    @contextmanager
    def kept(self, stack: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Run the AWS provider that the stack in a folder asks for, if it asks for one, while the block runs.

        Args:
            stack: the folder of the stack.
            environment: what the stack's Terraform is given.

        Yields:
            The same variables, with what makes Terraform use this process.

        Raises:
            ProviderUnavailableError: there is no such provider to be had.
            TerraformError: anything else that Terraform refuses.
            KeptProviderError: the provider does not start.
        """
        needed = self.needed_by(stack)
        running = needed.kept(stack, environment) if needed else nullcontext[dict[str, str]]({})
        with running as variables:
            yield {**environment, **variables}

    def needed_by(self, stack: Path) -> InstalledProvider | None:
        """Return the AWS provider that the stack in a folder asks for; None if it asks for none.

        Raises:
            ProviderUnavailableError: there is no such provider to be had.
            TerraformError: anything else that Terraform refuses.
        """
        required = _required(stack).get(_PROVIDER)
        if required is None:
            return None
        key = json.dumps(required, sort_keys=True)
        with self._one_at_a_time:
            if key not in self._installed:
                data = self._initialized({_PROVIDER: required}, stack, str(len(self._installed)))
                self._installed[key] = installed_in(data)
            return self._installed[key]

    def check_others(self, stacks: Iterable[Path]) -> None:
        """Make sure that the providers beside AWS's can be had, before anything is made of the stacks.

        Raises:
            ProviderUnavailableError: one cannot; it names the first stack that needs it.
            TerraformError: anything else that Terraform refuses.
        """
        checked: set[str] = set()
        for stack in stacks:
            others = {name: required for name, required in _required(stack).items() if name != _PROVIDER}
            key = json.dumps(others, sort_keys=True)
            if others and key not in checked:
                self._initialized(others, stack, f"others-{len(checked)}")
                checked.add(key)

    def _initialized(self, required: Mapping[str, Any], stack: Path, name: str) -> Path:
        """Install providers that a stack needs in a folder of their own; gives Terraform's data folder."""
        folder = self._folder / name
        folder.mkdir(parents=True)
        content = {"terraform": {"required_providers": required}}
        (folder / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
        data = folder / "data"
        try:
            Terraform(self._engine, folder, self._environment, data, commands=self._commands).init()
        except ProviderUnavailableError as error:
            raise error.of(stack) from error
        return data


def _required(stack: Path) -> dict[str, Any]:
    """The providers that the JSON of a stack names: of each its source and the versions that it works with."""
    required: dict[str, Any] = {}
    for file in sorted(stack.glob("*.tf.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        required |= content.get("terraform", {}).get("required_providers", {})
    return required


def installed_in(data_folder: Path) -> InstalledProvider:
    """Return the AWS provider that ``init`` put into Terraform's data folder.

    The layout is documented: HOST/NAMESPACE/TYPE/VERSION/PLATFORM/terraform-provider-TYPE_…
    (https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation).

    Raises:
        KeptProviderError: it is not there.
    """
    providers = data_folder.absolute() / "providers"
    for program in sorted(providers.glob(f"*/{_SOURCE}/*/*/terraform-provider-{_PROVIDER}_*")):
        host = program.relative_to(providers).parts[0]
        return InstalledProvider(f"{host}/{_SOURCE}", program)
    raise KeptProviderError(f"the AWS provider is not in {providers}, where init puts it")
