"""Reading Terraform's own words: which errors it reported, without frames, blank lines and repetitions."""

import itertools
import re

_FRAME = re.compile(r"^[╷│╵]\s?", re.MULTILINE)
_ERROR = "Error: "
_END = re.compile(r"^(?:Error|Warning): ", re.MULTILINE)
_UNREACHABLE = (
    "Failed to query available provider packages",
    "Failed to install provider",
    "could not connect to registry",
    "failed to request discovery document",
    "Failed to resolve provider packages",
)
_LINES = 40  # the remedy comes last; more than that is what a service answered
_LINE_LENGTH = 300  # Terraform quotes the line at fault, and a stack of JSON may be one line


def errors_in(output: str) -> tuple[str, ...]:
    """Return the errors in what Terraform wrote, each with its explanation to the end: the remedy stands there."""
    text = _FRAME.sub("", output)
    starts = [match.start() for match in _END.finditer(text)] + [len(text)]
    blocks = [text[start:end] for start, end in itertools.pairwise(starts)]
    shortened = [_shorten(block) for block in blocks if block.startswith(_ERROR)]
    return tuple(dict.fromkeys(shortened))


def is_about_a_missing_provider(output: str) -> bool:
    """Tell whether ``init`` failed because it could not get a provider."""
    return any(sign in output for sign in _UNREACHABLE)


def _shorten(block: str) -> str:
    lines = [line.strip() for line in block.removeprefix(_ERROR).splitlines()]
    full = [line if len(line) <= _LINE_LENGTH else f"{line[:_LINE_LENGTH]} …" for line in lines if line]
    return "\n".join(full if len(full) <= _LINES else [*full[:_LINES], "…"])
