"""The only place that imports CDKTF and its provider bindings; switching to the community fork is a change here.

Both halves of a binding are made lazy. In Python the package's ``__init__`` would import some 2,000 modules, in
Node the package's ``index.js`` would load as many: 13 s and 1.1 GB for any synthesis. Only the modules that a stack
uses are loaded, and the output is byte for byte the same (``tests/unit/test_providers.py``).

Nothing is imported, and Node is not started, before the first attribute is asked for.
"""

import atexit
import importlib
import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
import types
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed
from sagemaker_templates.temporary import temporary_folder

_FRAMEWORK = "cdktf"
_BINDINGS = ("cdktf_cdktf_provider_aws", "cdktf_cdktf_provider_github")
_NODE_HOOK = Path(__file__).with_name("lazy_provider_index.js")

PLAIN_IMPORT_VARIABLE = "SAGEMAKER_TEMPLATES_PLAIN_IMPORT"
"""Set to 1 to import the bindings as their authors do: slow, and there to be compared with."""


OLDEST_NODE = 20
PATIENCE = 60.0
"""Seconds that Node has to say its version; on a busy machine it needs one."""


class _Framework:
    """``cdktf``, imported when its first name is used."""

    def __getattr__(self, name: str) -> Any:
        _prepare()
        return getattr(importlib.import_module(_FRAMEWORK), name)


class _Bindings:
    """One provider's bindings: ``aws.s3_bucket`` is the module of that resource."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        _prepare()
        module = importlib.import_module(f"{self._package}.{name}")
        setattr(self, name, module)
        return module


@cache
def _prepare() -> None:
    """Look whether Node works, silence jsii's advice on its versions and make the bindings lazy, once."""
    _check_node(os.environ.get("JSII_NODE", "node"))
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if os.environ.get(PLAIN_IMPORT_VARIABLE) != "1":
        options = os.environ.get("NODE_OPTIONS", "")
        os.environ["NODE_OPTIONS"] = f'{options} --require "{_NODE_HOOK}"'.strip()
        for package in _BINDINGS:
            _register_without_init(package)
    _import_framework()


def _import_framework() -> None:
    """Import it, which starts Node; their temporary folders lie in one that is removed even after a kill."""
    lasting = ExitStack()
    atexit.register(lasting.close)  # before jsii registers the end of Node, so after that has come
    folder = str(lasting.enter_context(temporary_folder()))
    before, variable = tempfile.tempdir, os.environ.get(_TMPDIR)
    tempfile.tempdir = os.environ[_TMPDIR] = folder
    try:
        importlib.import_module(_FRAMEWORK)
    finally:
        tempfile.tempdir = before
        if variable is None:
            del os.environ[_TMPDIR]
        else:
            os.environ[_TMPDIR] = variable


_TMPDIR = "TMPDIR"


def _check_node(command: str) -> None:
    """Say in a line what jsii, which starts Node, would meet with a traceback or wait for without end.

    Raises:
        StepFailed: Node is missing, too old, or does not answer.
    """
    needed = f"Node {OLDEST_NODE} or later is needed: https://nodejs.org"
    try:
        status, output, complaint = _answer([command, "--print", "process.version"])
    except OSError as error:
        raise StepFailed(f"{command} cannot be started: {error.strerror}; {needed}") from error
    except subprocess.TimeoutExpired as error:
        raise StepFailed(f"{command} does not answer within {PATIENCE:g} seconds; {needed}") from error
    version = re.fullmatch(r"v([0-9]{1,4})\.\S+", output.strip())
    if status != 0 or version is None:
        said = [line for line in f"{output}\n{complaint}".splitlines() if line.strip()]
        reason = f": {said[-1].strip()}" if said else ""
        raise StepFailed(f"{command} does not say its version{reason}; {needed}")
    if int(version[1]) < OLDEST_NODE:
        raise StepFailed(f"{command} is Node {output.strip()}; {needed}")


def _answer(command: list[str]) -> tuple[int, str, str]:
    """What a command answers; with one that does not answer in time, all that it has started ends."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        errors="replace",
    ) as started:
        try:
            output, complaint = started.communicate(timeout=PATIENCE)
        except BaseException:
            os.killpg(started.pid, signal.SIGKILL)
            raise
    return started.returncode, output, complaint


def _register_without_init(package: str) -> None:
    """Make submodules of ``package`` importable while its ``__init__`` never runs."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        return
    module = types.ModuleType(package)
    module.__path__ = list(spec.submodule_search_locations)
    module.__spec__, module.__file__, module.__package__ = spec, spec.origin, package
    sys.modules.setdefault(package, module)


cdktf: Any = _Framework()
aws: Any = _Bindings(_BINDINGS[0])
github: Any = _Bindings(_BINDINGS[1])
