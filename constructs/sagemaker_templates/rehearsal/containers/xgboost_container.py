"""A model served as SageMaker's XGBoost container serves it, by the package that it serves with.

That package and what it needs have an environment of their own (``xgboost/requirements.txt``). What is imported here
is the standard library and ``mlops``, for the tests of the repositories use this module as well.

``python xgboost_container.py FOLDER`` is one container: in FOLDER lie ``model.tar.gz`` and ``asked.json`` (members
``python``, ``environment``, ``isolated``, ``requests``); it leaves ``answers.json``.
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

FOLDER = Path(__file__).with_name("xgboost")
LOCK = FOLDER / "requirements.txt"
_SERVER = FOLDER / "serve.py"
_JOB = "container"


@dataclass(frozen=True)
class XGBoostContainer:
    """A container: its model lies unpacked in the folder ``model`` of the sandbox's job.

    Attributes:
        environment: as the model package names it.
        python: of an environment that has what ``LOCK`` names.
        isolated: whether it is cut off from the network.
    """

    sandbox: Sandbox
    job: str
    environment: Mapping[str, str]
    python: Path
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
            [str(self.python), str(_SERVER)],
            isolated=self.isolated,
            environment=self.environment,
            stdin="".join(f"{line}\n" for line in lines).encode(),
        )
        return [Answer(**json.loads(line)) for line in printed.decode().splitlines()]


def main(folder: Path) -> None:
    """Answer what is asked in a folder."""
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    sandbox = Sandbox(folder, namespaces=namespaces_allowed())
    container = XGBoostContainer(sandbox, _JOB, asked["environment"], Path(asked["python"]), asked["isolated"])
    container.unpack((folder / "model.tar.gz").read_bytes())
    answers = container.answers([Request(**each) for each in asked["requests"]])
    (folder / "answers.json").write_text(json.dumps([asdict(each) for each in answers]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
