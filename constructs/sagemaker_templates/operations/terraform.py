"""Running Terraform in one folder: the commands that the demo and the tests need, with typed answers."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.operations.diagnostics import (
    errors_in,
    is_about_a_missing_provider,
    last_words,
    missing_providers,
)
from sagemaker_templates.operations.engine import QUIET, Engine
from sagemaker_templates.operations.mirror import AWS_PROVIDER, MIRROR_VARIABLE
from sagemaker_templates.operations.running import RunningCommands

Progress = Callable[[str], None]

_CHANGES = 2  # exit code of `plan -detailed-exitcode`
_DROPPED = ("AWS_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_LOG", "TF_INPUT")

FEWER_COLLECTIONS = {"GOGC": "400"}
"""The schema of a provider is large and lives shortly: collecting garbage less often saves a fifth of the CPU time.

A person's own value wins (https://pkg.go.dev/runtime#hdr-Environment_Variables).
"""


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of Terraform and of its providers: this process's, without what would change their answers.

    ``environment`` is all that they know of AWS: the ``AWS_*`` variables of this process are not passed on, so that
    nobody's credentials slip into an emulator's run, or the other way round.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    return {**FEWER_COLLECTIONS, **own, **environment}


class TerraformError(StepFailed):
    """A Terraform command failed; ``diagnostics`` are Terraform's own errors, shortened."""

    def __init__(self, command: str, folder: Path, diagnostics: tuple[str, ...]) -> None:
        shown = "\n".join(diagnostics) or "no error message"
        super().__init__(f"terraform {command} failed in {folder}: {shown}")
        self.command = command
        self.folder = folder
        self.diagnostics = diagnostics


class ProviderUnavailableError(TerraformError):
    """``init`` found a provider neither in a mirror nor on the network; the message is one line.

    Attributes:
        providers: the sources of those that are missing, as far as Terraform names them.
    """

    def __init__(self, folder: Path, diagnostics: tuple[str, ...], providers: tuple[str, ...]) -> None:
        super().__init__("init", folder, diagnostics)
        self.providers = providers
        named = f"the provider{'s' if len(providers) > 1 else ''} {' and '.join(providers)}"
        what = named if providers else "a provider"
        holding = " and ".join(f"registry.terraform.io/{source}" for source in sorted({AWS_PROVIDER, *providers}))
        self.args = (
            f"{folder.name} needs {what}, found neither in a mirror nor on the network: "
            f"set {MIRROR_VARIABLE} to a folder that holds {holding}",
        )

    def of(self, stack: Path) -> "ProviderUnavailableError":
        """The same for the stack that was to get the provider."""
        return ProviderUnavailableError(stack, self.diagnostics, self.providers)


@dataclass(frozen=True)
class Plan:
    """What ``terraform plan`` found, and the file that it is kept in."""

    has_changes: bool
    text: str
    file: Path


@dataclass(frozen=True)
class _Finished:
    code: int
    stdout: str
    stderr: str


class Terraform:
    """Terraform in one synthesized folder.

    ``environment`` is all that Terraform knows of AWS (`passed_on`).
    ``data_folder`` keeps modules, providers and plans out of the synthesized folder.
    ``commands`` are those that end together with this one's, where several run side by side.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        environment: Mapping[str, str],
        data_folder: Path,
        progress: Progress | None = None,
        *,
        commands: RunningCommands | None = None,
    ) -> None:
        self._commands = commands or RunningCommands()
        self._engine = engine
        self._folder = folder
        self._data_folder = data_folder
        self._progress = progress
        self._environment = {
            **passed_on(environment),
            **QUIET,
            "TF_DATA_DIR": str(data_folder.absolute()),
            "TF_IN_AUTOMATION": "1",
        }

    def init(self, *, backend: bool = True) -> None:
        """Prepare the folder: backend and providers.

        Raises:
            ProviderUnavailableError: there is no provider to be had.
            TerraformError: anything else that Terraform refuses.
        """
        self._data_folder.mkdir(parents=True, exist_ok=True)
        finished = self._run("init", "-input=false", "-no-color", f"-backend={str(backend).lower()}")
        if finished.code and is_about_a_missing_provider(finished.stderr):
            missing = missing_providers(finished.stderr)
            raise ProviderUnavailableError(self._folder, errors_in(finished.stderr), missing)
        self._check("init", finished)

    def validate(self) -> None:
        """Check the configuration against the provider's schema.

        Raises:
            TerraformError: it is not valid.
        """
        self._check("validate", self._run("validate", "-no-color"))

    def plan(self, *arguments: str) -> Plan:
        """Return what would change.

        Raises:
            TerraformError: Terraform cannot plan.
        """
        self._data_folder.mkdir(parents=True, exist_ok=True)
        file = self._data_folder.absolute() / "plan"
        finished = self._run("plan", "-input=false", "-no-color", "-detailed-exitcode", f"-out={file}", *arguments)
        self._check("plan", finished, also_fine=_CHANGES)
        return Plan(has_changes=finished.code == _CHANGES, text=finished.stdout, file=file)

    def apply(self, plan: Plan | None = None, *arguments: str) -> str:
        """Apply a plan, or plan and apply; return what Terraform said.

        Raises:
            TerraformError: it failed, perhaps halfway.
        """
        approved = [str(plan.file)] if plan else ["-auto-approve"]
        return self._check("apply", self._run("apply", "-input=false", "-no-color", *arguments, *approved))

    def destroy(self, *arguments: str) -> str:
        """Destroy everything in the state.

        Raises:
            TerraformError: it failed, or something is protected.
        """
        return self._check("destroy", self._run("destroy", "-input=false", "-no-color", "-auto-approve", *arguments))

    def show_json(self, plan: Plan | None = None) -> dict[str, Any]:
        """Return a plan, or the state, as Terraform describes it in JSON.

        Raises:
            TerraformError: there is nothing to show.
        """
        what = [str(plan.file)] if plan else []
        return _parsed(self._check("show", self._run("show", "-json", *what, quiet=True)))

    def addresses(self) -> list[str]:
        """Return the addresses of all that is in the state; unlike `show_json`, no provider is asked.

        Raises:
            TerraformError: there is no state.
        """
        return self._check("state", self._run("state", "list", quiet=True)).splitlines()

    def output(self) -> dict[str, Any]:
        """Return the values of the outputs by name.

        Raises:
            TerraformError: they cannot be read.
        """
        shown = _parsed(self._check("output", self._run("output", "-json", quiet=True)))
        return {name: output["value"] for name, output in shown.items()}

    def _run(self, command: str, *arguments: str, quiet: bool = False) -> _Finished:
        progress = self._progress if not quiet else None
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as stderr,
            self._commands.started(lambda: self._start([command, *arguments], stderr)) as process,
            process,
        ):
            try:
                stdout = _read(process, progress)
            except BaseException:
                _end(process)
                raise
            stderr.seek(0)
            return _Finished(process.returncode, stdout, stderr.read())

    def _start(self, arguments: Sequence[str], stderr: IO[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._engine.command, *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C reaches this process alone, which passes it on once
        )

    def _check(self, command: str, finished: _Finished, also_fine: int = 0) -> str:
        if finished.code not in {0, also_fine}:
            self._fail(command, finished)
        return finished.stdout

    def _fail(self, command: str, finished: _Finished) -> NoReturn:
        found = errors_in(finished.stderr) or errors_in(finished.stdout)
        raise TerraformError(command, self._folder, found or (last_words(finished.stderr or finished.stdout),))


def _read(process: subprocess.Popen[str], progress: Progress | None) -> str:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if progress and line.strip():
            progress(line.rstrip())
    process.wait()
    return "".join(lines)


def _end(process: subprocess.Popen[str]) -> None:
    """Let Terraform finish what it is doing and unlock the state: interrupted twice, it would do neither."""
    process.terminate()
    try:
        process.communicate()  # reads on, for a Terraform that cannot write what it does would die
    except BaseException:  # whoever interrupts again wants it to end now
        process.kill()
        raise


def _parsed(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(text)
    return parsed
