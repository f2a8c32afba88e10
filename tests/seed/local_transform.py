"""Executes a batch transform job on this machine: the model's own inference code, request by request.

What SageMaker does around the model is done here: it splits a file into records, leaves out what the model is not to
see, sends several of them in a request, joins each with its answer, and writes what is to be kept to FILE.out.
"""

import csv
import io
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Self

from job_sandbox import JobFailedError, Sandbox
from pipeline_definition import Json
from xgboost_container import Request, XGBoostContainer

# A real job sends as many records as fit into MaxPayloadInMB; several requests show that answers are put together.
_RECORDS_PER_REQUEST = 40


@dataclass(frozen=True)
class Filters:
    """What of a record the model sees, and what of the record with its prediction is kept; both are JSONPaths."""

    input: str
    output: str

    @classmethod
    def read(cls, processing: Json) -> Self:
        """Those of a job that joins its input."""
        assert processing["JoinSource"] == "Input", "nothing else is emulated"
        return cls(processing.get("InputFilter", "$"), processing.get("OutputFilter", "$"))


def selected(record: str, path: str) -> str:
    """The values of a CSV record that ``$``, ``$[1:]`` or ``$[0,-1]`` selects."""
    (cells,) = csv.reader([record])
    if path != "$":
        inner = re.fullmatch(r"\$\[(.+)\]", path)
        assert inner, f"{path} is not emulated"
        start, is_slice, rest = inner[1].partition(":")
        assert not rest, f"{path} is not emulated"
        cells = cells[int(start) :] if is_slice else [cells[int(index)] for index in inner[1].split(",")]
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()


@dataclass
class LocalTransform:
    """One job, which runs in ``sandbox`` under the name ``job``; ``path`` says where an S3 location lies."""

    sandbox: Sandbox
    job: str
    path: Callable[[str], Path]
    environment: dict[str, str] = field(default_factory=dict)
    isolated: bool = True
    filters: "Filters" = field(default_factory=lambda: Filters("$", "$"))
    content_type: str = ""
    accept: str = ""

    def load(self, container: Json, *, isolated: bool) -> None:
        """Unpack the model of a package's container where the container would have it."""
        folder = self.sandbox.folder(self.job)
        with tarfile.open(self.path(container["ModelDataUrl"])) as packed:
            packed.extractall(folder / "model", filter="data")
        self.environment, self.isolated = container["Environment"], isolated

    def run(self, arguments: Json) -> None:
        """Answer every file of the input.

        Raises:
            JobFailedError: the model refused a request.
        """
        source, target = arguments["TransformInput"], arguments["TransformOutput"]
        assert (source["SplitType"], target["AssembleWith"]) == ("Line", "Line"), "nothing else is emulated"
        self.filters = Filters.read(arguments["DataProcessing"])
        self.content_type, self.accept = source["ContentType"], target["Accept"]
        output = self.path(target["S3OutputPath"])
        output.mkdir(parents=True)
        for file in sorted(self.path(source["DataSource"]["S3DataSource"]["S3Uri"]).iterdir()):
            joined = "".join(f"{line}\n" for line in self._joined(file.read_text(encoding="utf-8").splitlines()))
            (output / f"{file.name}.out").write_text(joined, encoding="utf-8")

    def _joined(self, records: list[str]) -> Iterator[str]:
        starts = range(0, len(records), _RECORDS_PER_REQUEST)
        requests = [records[start : start + _RECORDS_PER_REQUEST] for start in starts]
        seen = [[selected(record, self.filters.input) for record in request] for request in requests]
        for request, answer in zip(requests, self._answers(seen), strict=True):
            for record, prediction in zip(request, answer, strict=True):
                yield selected(f"{record},{prediction}", self.filters.output)

    def _answers(self, requests: list[list[str]]) -> list[list[str]]:
        """What the model answers to each request, by line."""
        container = XGBoostContainer(self.sandbox, self.job, self.environment, self.isolated)
        headers = {"Content-Type": self.content_type, "Accept": self.accept}
        answers = container.answers([Request("\n".join(records), headers) for records in requests])
        for answer in answers:
            if answer.status != HTTPStatus.OK:
                raise JobFailedError(f"{self.job}: the model answers {answer.status}: {answer.body}")
        return [answer.body.splitlines() for answer in answers]
