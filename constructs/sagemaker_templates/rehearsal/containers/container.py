"""A model served as its container serves it, by a program that answers requests from standard input.

What a program needs has an environment of its own. What is imported here is the standard library and ``mlops``, for
the tests of the repositories use this module as well.

``python container.py FOLDER`` is one container: in FOLDER lie ``model.tar`` and ``asked.json`` (members ``python``,
``server``, ``environment``, ``isolated``, ``requests``); it leaves ``answers.json``.
"""

import json
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from mlops.local.sandbox import Sandbox, namespaces_allowed
from mlops.local.serving import Answer, Request

XGBOOST = Path(__file__).with_name("xgboost") / "serve.py"
_JOB = "container"


@dataclass(frozen=True)
class Container:
    """A container: its model lies unpacked in the folder ``model`` of the sandbox's job.

    Attributes:
        environment: as the model package names it.
        python: of an environment that has what the server imports.
        server: the program that loads the model and answers, as ``XGBOOST``.
        isolated: whether it is cut off from the network.
    """

    sandbox: Sandbox
    job: str
    environment: Mapping[str, str]
    python: Path
    server: Path
    isolated: bool = True

    def unpack(self, archive: bytes) -> None:
        """Put a model there, as SageMaker unpacks its archive."""
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(self.sandbox.folder(self.job) / "model", filter="data")

    def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Start, load the model, and answer each request.

        Raises:
            JobFailedError: the model cannot be loaded.
        """
        lines = [json.dumps({"body": each.body, "headers": dict(each.headers)}) for each in requests]
        printed = self.sandbox.run(
            self.job,
            [str(self.python), str(self.server)],
            isolated=self.isolated,
            environment=self.environment,
            stdin="".join(f"{line}\n" for line in lines).encode(),
        )
        return [Answer(**json.loads(line)) for line in printed.decode().splitlines()]


def main(folder: Path) -> None:
    """Answer what is asked in a folder."""
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    sandbox = Sandbox(folder, namespaces=namespaces_allowed())
    programs = Path(asked["python"]), Path(asked["server"])
    container = Container(sandbox, _JOB, asked["environment"], *programs, asked["isolated"])
    container.unpack((folder / "model.tar").read_bytes())
    answers = container.answers([Request(**each) for each in asked["requests"]])
    (folder / "answers.json").write_text(json.dumps([asdict(each) for each in answers]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
