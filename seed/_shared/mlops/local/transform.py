"""Executes a batch transform job: the model's own inference code, request by request.

What SageMaker does around the model is done here: it splits a file into records, leaves out what the model is not to
see, sends several of them in a request, joins each with its answer, and writes what is to be kept to FILE.out.
"""

import csv
import io
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self

from mlops.local.definition import Json
from mlops.local.sandbox import JobFailedError, Sandbox
from mlops.local.serving import MakeServer, Request
from mlops.local.store import Store

# A real job sends as many records as fit into MaxPayloadInMB; several requests show that answers are put together.
_RECORDS_PER_REQUEST = 40


class UnknownTransformError(ValueError):
    """Something about a transform job that is not done here; the message is one line."""


@dataclass(frozen=True)
class Filters:
    """What of a record the model sees, and what of the record with its prediction is kept; both are JSONPaths."""

    input: str
    output: str

    @classmethod
    def read(cls, processing: Json) -> Self:
        """Those of a job that joins its input."""
        if processing.get("JoinSource") != "Input":
            raise UnknownTransformError("only transform jobs that join their input can run on this machine")
        return cls(processing.get("InputFilter", "$"), processing.get("OutputFilter", "$"))


def selected(record: str, path: str) -> str:
    """The values of a CSV record that ``$``, ``$[1:]`` or ``$[0,-1]`` selects."""
    (cells,) = csv.reader([record])
    if path != "$":
        inner = re.fullmatch(r"\$\[(.+)\]", path)
        start, is_slice, rest = inner[1].partition(":") if inner else ("", "", path)
        if inner is None or rest:
            raise UnknownTransformError(f"{path} is no selection of columns that is known on this machine")
        cells = cells[int(start) :] if is_slice else [cells[int(index)] for index in inner[1].split(",")]
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()


@dataclass(frozen=True)
class Model:
    """What a model was made of: its package's container, and whether it is cut off from the network."""

    container: Json
    isolated: bool

    @property
    def environment(self) -> Mapping[str, str]:
        """The container's variables."""
        variables: Mapping[str, str] = self.container.get("Environment", {})
        return variables


@dataclass(frozen=True)
class Transform:
    """One job, which runs in ``sandbox`` under the name ``job``."""

    sandbox: Sandbox
    job: str
    store: Store
    make_server: MakeServer

    def run(self, arguments: Json, model: Model) -> None:
        """Answer every file of the input.

        Raises:
            JobFailedError: the model refused a request, or cannot be loaded.
            NotThereError: the model's archive or the input is not there.
            UnknownTransformError: the job splits or joins in a way that is not done here.
        """
        source, target = arguments["TransformInput"], arguments["TransformOutput"]
        if (source.get("SplitType"), target.get("AssembleWith")) != ("Line", "Line"):
            raise UnknownTransformError("only transform jobs that split and assemble lines can run on this machine")
        filters = Filters.read(arguments["DataProcessing"])
        headers = {"Content-Type": source["ContentType"], "Accept": target["Accept"]}
        self._unpack(model)
        with tempfile.TemporaryDirectory() as folder:
            rows, output = Path(folder) / "rows", Path(folder) / "output"
            output.mkdir()
            self.store.fetch(source["DataSource"]["S3DataSource"]["S3Uri"], rows)
            for file in sorted(each for each in rows.rglob("*") if each.is_file()):
                records = file.read_text(encoding="utf-8").splitlines()
                joined = "".join(f"{line}\n" for line in self._joined(records, filters, headers, model))
                (output / f"{file.name}.out").write_text(joined, encoding="utf-8")
            self.store.keep(output, target["S3OutputPath"])

    def _unpack(self, model: Model) -> None:
        """Put the model where its container would have it."""
        folder = self.sandbox.folder(self.job)
        with tempfile.TemporaryDirectory() as fetched:
            self.store.fetch(model.container["ModelDataUrl"], Path(fetched))
            (archive,) = Path(fetched).iterdir()
            shutil.rmtree(folder / "model", ignore_errors=True)
            with tarfile.open(archive) as packed:
                packed.extractall(folder / "model", filter="data")

    def _joined(
        self, records: list[str], filters: Filters, headers: Mapping[str, str], model: Model
    ) -> Iterator[str]:
        starts = range(0, len(records), _RECORDS_PER_REQUEST)
        requests = [records[start : start + _RECORDS_PER_REQUEST] for start in starts]
        seen = ["\n".join(selected(each, filters.input) for each in request) for request in requests]
        answers = self._answers([Request(body, headers) for body in seen], model)
        for request, answer in zip(requests, answers, strict=True):
            for record, prediction in zip(request, answer, strict=True):
                yield selected(f"{record},{prediction}", filters.output)

    def _answers(self, requests: list[Request], model: Model) -> list[list[str]]:
        """What the model answers to each request, by line."""
        server = self.make_server(self.sandbox, self.job, model.environment, model.isolated)
        answers = server.answers(requests)
        for answer in answers:
            if answer.status != HTTPStatus.OK:
                raise JobFailedError(f"{self.job}: the model answers {answer.status}: {answer.body}")
        return [answer.body.splitlines() for answer in answers]
