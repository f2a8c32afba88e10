"""What a processing job tells: SageMaker shows it in the console, so that nobody has to search the logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OUTPUT = Path("/opt/ml/output")
# SageMaker shows at most this much.
_LIMIT = 1024


def tell(text: str, output: Path = _OUTPUT) -> None:
    """Print the message, and write it where SageMaker looks: it becomes the job's exit message."""
    print(text)
    output.mkdir(parents=True, exist_ok=True)
    (output / "message").write_text(text[:_LIMIT], encoding="utf-8")


@contextmanager
def report_failure(output: Path = _OUTPUT) -> Iterator[None]:
    """Tell the reason of a failure."""
    try:
        yield
    except Exception as error:
        tell(f"{type(error).__name__}: {error}", output)
        raise
