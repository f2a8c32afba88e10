"""How the import fails: in one line, which is also what SageMaker shows as the reason."""

from __future__ import annotations

from pathlib import Path

OUTPUT = Path("/opt/ml/output")
# SageMaker shows at most this much.
_LIMIT = 1024


class ImportFailedError(Exception):
    """The import cannot go on; the message is one line, for the person who started it."""


def one_line(error: BaseException, secret: str = "") -> str:
    """What went wrong, on one line and without the access token, whatever text it came in."""
    text = str(error) if isinstance(error, ImportFailedError) else f"{type(error).__name__}: {error}"
    return " ".join(hidden(text, secret).split())[:_LIMIT]


def hidden(text: str, secret: str) -> str:
    """The text without the access token."""
    return text.replace(secret, "(token)") if secret else text


def leave_reason(reason: str, output: Path = OUTPUT) -> None:
    """Write the reason where SageMaker looks for that of a processing job."""
    output.mkdir(parents=True, exist_ok=True)
    (output / "message").write_text(reason, encoding="utf-8")
