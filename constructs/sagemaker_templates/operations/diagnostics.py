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
# `for provider hashicorp/aws: …`, `Error while installing integrations/github v6.9.0: …`; lines break anywhere.
_UNAVAILABLE = re.compile(r"(?:for|resolve) provider\s+([\w.-]+/[\w./-]+)|while installing\s+([\w./-]+)")
_LINES = 40  # the remedy comes last; more than that is what a service answered
_QUOTED = re.compile(r"\d+: ")
_QUOTED_LENGTH = 300  # Terraform quotes the line at fault, and a stack of JSON may be one line
_LINE_LENGTH = 4000  # what a service answers is one line, and the reason stands at its end
_SENTENCE_END = re.compile(r"[.!?](?=\s)")


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


def missing_providers(output: str) -> tuple[str, ...]:
    """Return the sources of the providers that ``init`` could not get, such as ``integrations/github``, sorted."""
    found = _UNAVAILABLE.findall(_FRAME.sub("", output))
    # OpenTofu names a provider with its registry, Terraform without.
    return tuple(sorted({"/".join((first or second).split("/")[-2:]) for first, second in found}))


def last_words(output: str) -> str:
    """Return the last paragraph of what a command wrote that reported no error, with all of its sentences."""
    paragraphs = re.split(r"\n\s*\n", output.strip())
    return "\n".join(_whole_sentences([line.strip() for line in paragraphs[-1].splitlines()]))


def _shorten(block: str) -> str:
    lines = [line.strip() for line in block.removeprefix(_ERROR).splitlines()]
    return "\n".join(_whole_sentences([_line(line) for line in lines if line]))


def _line(line: str) -> str:
    if _QUOTED.match(line):
        return line if len(line) <= _QUOTED_LENGTH else f"{line[:_QUOTED_LENGTH]} …"
    if len(line) <= _LINE_LENGTH:
        return line
    ends = [end.end() for end in _SENTENCE_END.finditer(line, 0, _LINE_LENGTH)]
    return f"{line[: ends[-1] if ends else _LINE_LENGTH]} …"


def _whole_sentences(lines: list[str]) -> list[str]:
    """The first lines, up to the last that ends a sentence: Terraform breaks lines anywhere."""
    if len(lines) <= _LINES:
        return lines
    ends = [number for number, line in enumerate(lines[:_LINES], start=1) if line.endswith((".", "!", "?"))]
    return [*lines[: ends[-1] if ends else _LINES], "…"]
