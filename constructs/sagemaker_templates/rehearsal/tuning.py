"""A tiny language model for a pipeline to tune where there are neither GPUs nor the hub: the repository makes it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.emulator import Emulator
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.rehearsal.commands import run_to_end

_PROGRAM = Path(__file__).with_name("small_run.py")
_LACKING = "import sys; from importlib.util import find_spec; print(*(n for n in sys.argv[1:] if not find_spec(n)))"


class TinyModelFailed(StepFailed):
    """The repository could not make its model; the message has what it printed."""


@dataclass(frozen=True)
class TinyModel:
    """A model that is to be made.

    Attributes:
        python: of an environment for the repository's jobs.
        variables: of the repository's builds.
        work: an empty folder.
        libraries: that jobs import, beside what the build does.
    """

    python: Path
    repository: Path
    variables: Mapping[str, str]
    work: Path
    libraries: tuple[str, ...] = ("torch", "transformers", "peft", "accelerate")

    @property
    def lacking(self) -> list[str]:
        """The libraries that the environment lacks."""
        told = run_to_end([str(self.python), "-c", _LACKING, *self.libraries], environment=self._environment).printed
        return told.split()

    def put(self, emulator: Emulator, account: str, region: str) -> dict[str, Any]:
        """Make it and put it into the project's bucket, as somebody would who has one.

        Returns the parameters that the pipeline is executed with.

        Raises:
            TinyModelFailed: the repository's own code failed.
        """
        folder = self.work / "s3"
        command = [str(self.python), str(_PROGRAM), str(self.repository), str(folder)]
        ended = run_to_end(command, environment=self._environment)
        if ended.code:
            raise TinyModelFailed(f"the repository made no model:\n{ended.printed.strip()}")
        s3 = emulator.client("s3", account, region)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            bucket, *key = file.relative_to(folder).parts
            s3.put_object(Bucket=bucket, Key="/".join(key), Body=file.read_bytes())
        parameters: dict[str, Any] = json.loads(ended.printed.splitlines()[-1])
        return parameters

    @property
    def _environment(self) -> dict[str, str]:
        own = {"PYTHONPATH": str(self.repository), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.work)}
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **own, **self.variables}
