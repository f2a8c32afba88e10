"""Executes a batch transform job on this machine: the model's own inference code, request by request.

What SageMaker does around the model is done here: it splits a file into records, sends several of them in a request,
joins each record with its answer, and writes FILE.out.
"""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from job_sandbox import Sandbox
from pipeline_definition import Json

SERVER = Path(__file__).parent / "answer_request.py"
# A real job sends as many records as fit into MaxPayloadInMB; several requests show that answers are put together.
_RECORDS_PER_REQUEST = 40


@dataclass
class LocalTransform:
    """One job, which runs in ``sandbox`` under the name ``job``; ``path`` says where an S3 location lies."""

    sandbox: Sandbox
    job: str
    path: Callable[[str], Path]
    environment: dict[str, str] = field(default_factory=dict)
    isolated: bool = True

    def load(self, container: Json, *, isolated: bool) -> None:
        """Unpack the model of a package's container where the container would have it."""
        folder = self.sandbox.folder(self.job)
        with tarfile.open(self.path(container["ModelDataUrl"])) as packed:
            packed.extractall(folder / "model", filter="data")
        shutil.copy(SERVER, folder)
        self.environment, self.isolated = container["Environment"], isolated

    def run(self, arguments: Json) -> None:
        """Answer every file of the input.

        Raises:
            JobFailedError: the model refused a request.
        """
        source, target = arguments["TransformInput"], arguments["TransformOutput"]
        assert (source["SplitType"], target["AssembleWith"]) == ("Line", "Line"), "nothing else is emulated"
        assert arguments["DataProcessing"] == {"JoinSource": "Input"}, "nothing else is emulated"
        output = self.path(target["S3OutputPath"])
        output.mkdir(parents=True)
        for file in sorted(self.path(source["DataSource"]["S3DataSource"]["S3Uri"]).iterdir()):
            joined = "".join(f"{line}\n" for line in self._joined(file.read_text(encoding="utf-8").splitlines()))
            (output / f"{file.name}.out").write_text(joined, encoding="utf-8")

    def _joined(self, records: list[str]) -> Iterator[str]:
        for start in range(0, len(records), _RECORDS_PER_REQUEST):
            request = records[start : start + _RECORDS_PER_REQUEST]
            for record, answer in zip(request, self.answer("\n".join(request)), strict=True):
                yield f"{record},{answer}"

    def answer(self, body: str) -> list[str]:
        """What the model answers to one request, by line."""
        answer = self.sandbox.run(
            self.job,
            ["python3", f"/opt/ml/{SERVER.name}"],
            isolated=self.isolated,
            environment=self.environment,
            stdin=body.encode(),
        )
        return answer.decode().splitlines()
