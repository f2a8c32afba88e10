"""What answers requests to a model, and the model's own code doing so without its container."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mlops.local.sandbox import Sandbox

_SCRIPT = Path(__file__).with_name("answer.py")


@dataclass(frozen=True)
class Request:
    """What a caller sends; SageMaker adds no header of its own to it."""

    body: str
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/csv"})


@dataclass(frozen=True)
class Answer:
    """What comes back: the HTTP status, the content type, the text."""

    status: int
    type: str
    body: str


class Server(Protocol):
    """A model that answers."""

    def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Load the model, and answer each request.

        Raises:
            JobFailedError: the model cannot be loaded.
        """


MakeServer = Callable[[Sandbox, str, Mapping[str, str], bool], Server]
"""Makes a server of the model that lies unpacked in the folder ``model`` of a sandbox's job.

Its arguments: the sandbox, the job, the container's environment, and whether it is cut off from the network.
"""


@dataclass(frozen=True)
class PackedCode:
    """The code that lies in the model, called as its container calls it; the Python is this machine's.

    Attributes:
        environment: as the model package names it: SAGEMAKER_PROGRAM is the code's file in the model's ``code/``.
    """

    sandbox: Sandbox
    job: str
    environment: Mapping[str, str]
    isolated: bool = True

    def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Load the model, and answer each request."""
        script = self.sandbox.folder(self.job) / "serving"
        script.mkdir(exist_ok=True)
        shutil.copy(_SCRIPT, script)
        lines = [json.dumps({"body": each.body, "headers": dict(each.headers)}) for each in requests]
        printed = self.sandbox.run(
            self.job,
            ["python3", f"/opt/ml/serving/{_SCRIPT.name}"],
            isolated=self.isolated,
            environment=self.environment,
            stdin="".join(f"{line}\n" for line in lines).encode(),
        )
        return [Answer(**json.loads(line)) for line in printed.decode().splitlines()]
