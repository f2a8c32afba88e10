"""Runs a job's command where it finds what a SageMaker container has: a folder /opt/ml, and maybe no network.

No container engine is needed. On Linux a mount namespace gives the process its own /opt/ml, and a network namespace
takes its network away. Where the system does not allow that, a job runs as a plain process only if it is told to: its
scripts then say where the folder really lies for as long as they run, and its network stays.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_ML = "/opt/ml"

# Everything else below /opt stays in place: Python itself may live there.
_ENTER = r"""
set -e
stage="$1" ml="$2"; shift 2
mount -t tmpfs none "$stage"
for entry in /opt/*; do
    name="${entry##*/}"
    [ "$name" = ml ] && continue
    if [ -d "$entry" ]; then
        mkdir "$stage/$name"
        mount --rbind "$entry" "$stage/$name"
    fi
done
mkdir "$stage/ml"
mount --bind "$ml" "$stage/ml"
mount --rbind "$stage" /opt
cd /opt/ml
exec "$@"
"""

# What a path may not hold that is written into scripts: it would end the text around it, or mean something else.
_UNFIT_FOR_SCRIPTS = frozenset("'\"\\{}\n\r")
_SHOWN_CHARACTERS = 3000
_BLOCK_BYTES = 65536


class JobFailedError(RuntimeError):
    """The command of a job ended with an error."""


class UnfitFolderError(ValueError):
    """Plain processes cannot work in the folder; the message is one line."""


def namespaces_allowed() -> bool:
    """Whether this system lets a process have its own /opt/ml and no network: tried, not guessed."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ml").mkdir()
        (Path(folder) / "opt").mkdir()
        try:
            tried = subprocess.run(
                _in_namespaces(Path(folder) / "opt", Path(folder) / "ml", ["true"], isolated=True),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            return False
    return tried.returncode == 0


@dataclass(frozen=True)
class Sandbox:
    """Where jobs run: one folder per job below ``workspace``, with the Python that runs this.

    Attributes:
        namespaces: whether jobs get namespaces; without them neither their files nor their network are apart.

    Raises:
        UnfitFolderError: without namespaces, the workspace's path has a character that cannot stand in every script.
    """

    workspace: Path
    namespaces: bool = True

    def __post_init__(self) -> None:
        """Refuse what would fail in the middle."""
        unfit = sorted(_UNFIT_FOR_SCRIPTS & set(str(self.workspace.resolve())))
        if unfit and not self.namespaces:
            raise UnfitFolderError(
                f"{self.workspace} has {' '.join(map(repr, unfit))} in its path, which plain processes cannot use"
            )

    def folder(self, job: str) -> Path:
        """What the job sees as /opt/ml."""
        folder = self.workspace / job / "ml"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def log(self, job: str) -> Path:
        """What the job's command wrote, while it writes it."""
        return self.workspace / job / "log"

    def clear(self, job: str) -> None:
        """Remove what an earlier run of the job left."""
        shutil.rmtree(self.workspace / job, ignore_errors=True)

    def run(
        self,
        job: str,
        command: Sequence[str],
        *,
        isolated: bool,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> bytes:
        """Run a job's command; returns what it wrote to standard output. The file ``log`` beside it has all.

        Raises:
            JobFailedError: the command failed, or the system allows no namespaces.
        """
        folder = self.folder(job).resolve()
        variables = _environment(environment or {})
        with self.log(job).open("wb", buffering=0) as log, tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            if self.namespaces:
                stage = folder.parent / "opt"
                stage.mkdir(exist_ok=True)
                printed, code = _run(_in_namespaces(stage, folder, command, isolated=isolated), variables, given, log)
            else:
                plain = [each.replace(_ML, str(folder)) for each in command]
                variables = {name: value.replace(_ML, str(folder)) for name, value in variables.items()}
                with _written_into_scripts(folder):
                    printed, code = _run(plain, variables, given, log, folder)
        if code:
            message = self.log(job).read_text(encoding="utf-8", errors="replace")[-_SHOWN_CHARACTERS:]
            raise JobFailedError(f"{job} ended with exit code {code}:\n{message}")
        return printed


def _in_namespaces(stage: Path, ml: Path, command: Sequence[str], *, isolated: bool) -> list[str]:
    flags = "-rmn" if isolated else "-rm"
    return ["unshare", flags, "sh", "-c", _ENTER, "sh", str(stage), str(ml), *command]


def _run(
    command: Sequence[str], variables: Mapping[str, str], given: IO[bytes], log: IO[bytes], folder: Path | None = None
) -> tuple[bytes, int]:
    """What a command writes to standard output, which goes into the log as well, and its exit code."""
    printed = bytearray()
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdin=given, stdout=subprocess.PIPE, stderr=log
    ) as process:
        for block in _blocks(process.stdout):
            log.write(block)
            printed += block
    return bytes(printed), process.returncode


def _blocks(pipe: IO[bytes] | None) -> Iterator[bytes]:
    """What comes out of a pipe, as soon as it comes."""
    while pipe is not None and (block := os.read(pipe.fileno(), _BLOCK_BYTES)):
        yield block


@contextmanager
def _written_into_scripts(folder: Path) -> Iterator[None]:
    """While this lasts, the Python files of a job's folder name the folder where they named /opt/ml.

    Afterwards they name /opt/ml again, and so do those that the job has copied: a model holds the code as it is.
    """
    _rename(folder, _ML, str(folder))
    try:
        yield
    finally:
        _rename(folder, str(folder), _ML)


def _rename(folder: Path, old: str, new: str) -> None:
    for script in folder.rglob("*.py"):
        content = script.read_bytes()
        if old.encode() in content:
            script.write_bytes(content.replace(old.encode(), new.encode()))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the caller's environment, no credentials, no path to the repository; but how many cores to use."""
    threads = {name: os.environ[name] for name in ("OMP_NUM_THREADS",) if name in os.environ}
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": _ML,
        # So that the log can be read while the job runs.
        "PYTHONUNBUFFERED": "1",
        **threads,
        **given,
    }
