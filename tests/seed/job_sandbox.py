"""Runs a job's command where it finds what a SageMaker container has: a folder /opt/ml, and maybe no network.

No container engine is needed: a mount namespace gives the process its own /opt/ml, a network namespace takes
its network away. Where the system does not allow that, the run fails and says so; it never runs without.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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


class JobFailedError(RuntimeError):
    """The command of a job ended with an error."""


@dataclass(frozen=True)
class Sandbox:
    """Where jobs run: one folder per job below ``workspace``, with the Python that runs the tests."""

    workspace: Path

    def folder(self, job: str) -> Path:
        """What the job sees as /opt/ml."""
        folder = self.workspace / job / "ml"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

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
        stage = self.workspace / job / "opt"
        stage.mkdir(parents=True, exist_ok=True)
        flags = "-rmn" if isolated else "-rm"
        ended = subprocess.run(
            ["unshare", flags, "sh", "-c", _ENTER, "sh", str(stage), str(self.folder(job)), *command],
            env=_environment(environment or {}),
            input=stdin,
            capture_output=True,
            check=False,
        )
        (self.workspace / job / "log").write_bytes(ended.stdout + ended.stderr)
        if ended.returncode:
            message = ended.stderr.decode(errors="replace")[-3000:]
            raise JobFailedError(f"{job} ended with exit code {ended.returncode}:\n{message}")
        return ended.stdout


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the caller's environment: no credentials, no path to the repository."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": "/opt/ml",
        "OMP_NUM_THREADS": "1",
        **given,
    }
