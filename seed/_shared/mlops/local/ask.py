"""Ask a model on this machine: ``python -m mlops.local.ask local/request.csv``.

The code that lies in the model answers, called as its container calls it; the libraries are those of this machine.
"""

import argparse
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from mlops.local.report import MODEL
from mlops.local.sandbox import JobFailedError, Sandbox, namespaces_allowed
from mlops.local.serving import PackedCode, Request

_TYPES = {".csv": "text/csv", ".json": "application/json"}
_JOB = "model"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0 answered, 1 the model refuses the request, 2 the input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m mlops.local.ask", description=__doc__)
    parser.add_argument("request", type=Path, help="a file with the request: .csv or .json")
    parser.add_argument(
        "--model", type=Path, default=Path("local") / MODEL, help="its archive (default: %(default)s)"
    )
    parser.add_argument("--accept", help="the type of the answer (default: the request's)")
    options = parser.parse_args(arguments)
    for file in (options.request, options.model):
        if not file.is_file():
            print(f"error: there is no file {file}", file=sys.stderr)
            return 2
    kind = _TYPES.get(options.request.suffix, "application/octet-stream")
    headers = {"Content-Type": kind, "Accept": options.accept or kind}
    try:
        return _ask(options.model, Request(options.request.read_text(encoding="utf-8"), headers))
    except (JobFailedError, tarfile.TarError) as error:
        print(f"error: the model cannot be asked: {error}", file=sys.stderr)
        return 2


def _ask(archive: Path, request: Request) -> int:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder), namespaces_allowed())
        with tarfile.open(archive) as packed:
            packed.extractall(sandbox.folder(_JOB) / "model", filter="data")
        (answer,) = PackedCode(sandbox, _JOB, {}).answers([request])
    print(answer.body.rstrip("\n"), file=sys.stdout if answer.status == HTTPStatus.OK else sys.stderr)
    return 0 if answer.status == HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
