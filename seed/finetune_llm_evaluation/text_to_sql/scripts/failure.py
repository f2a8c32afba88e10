"""Tell SageMaker why a job failed, so that the reason is in the console and not only deep in the logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OUTPUT = Path("/opt/ml/output")
# SageMaker shows at most this much.
_LIMIT = 1024


@contextmanager
def report_failure(name: str, output: Path = _OUTPUT) -> Iterator[None]:
    """Write the reason of a failure where SageMaker looks.

    That is the file ``message`` for a processing job and ``failure`` for a training job.
    """
    try:
        yield
    except Exception as error:
        output.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(f"{type(error).__name__}: {error}"[:_LIMIT], encoding="utf-8")
        raise
