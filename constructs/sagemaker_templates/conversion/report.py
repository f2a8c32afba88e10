"""Tells what became of each parameter: as text, as JSON, as Markdown."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sagemaker_templates.conversion.documents import Document
from sagemaker_templates.conversion.record import Entry, Outcome
from sagemaker_templates.wording import counted

_ORDER = (Outcome.DROPPED, Outcome.LEFT, Outcome.DEFAULTED, Outcome.MAPPED)
"""What a person has to look at comes first."""
_NO_MODULE = "deployment and options"


@dataclass(frozen=True)
class Conversion:
    """What was done, or would be.

    Attributes:
        notes: what our loader notes of the result.
        written: whether the files were put into place.
    """

    environments: Path
    documents: Sequence[Document]
    entries: Sequence[Entry]
    notes: Sequence[str]
    written: bool

    @property
    def summary(self) -> str:
        """One line of numbers."""
        count = Counter(entry.outcome for entry in self.entries)
        numbers = ", ".join(f"{count[outcome]} {outcome}" for outcome in reversed(_ORDER) if count[outcome])
        done = "written" if self.written else "not written, as --dry-run says"
        return f"{counted(len(self.documents), 'file')} {done}; {numbers}"


def as_text(conversion: Conversion) -> str:
    """For a terminal."""
    lines: list[str] = []
    for module, entries in _by_module(conversion.entries):
        lines.append(f"{module or _NO_MODULE}:")
        lines += [f"  {entry.outcome:<9} {_line(entry)}" for entry in entries]
    if not conversion.written:
        for document in conversion.documents:
            lines += ["", f"--- {(conversion.environments / document.path).as_posix()}", document.text.rstrip()]
        lines.append("")
    else:
        lines += [
            f"wrote {(conversion.environments / document.path).as_posix()}" for document in conversion.documents
        ]
    lines += [f"note: {note}" for note in conversion.notes]
    return "\n".join([*lines, conversion.summary])


def as_json(conversion: Conversion) -> str:
    """For a program."""
    data = {
        "written": conversion.written,
        "files": {
            (conversion.environments / document.path).as_posix(): document.text for document in conversion.documents
        },
        "entries": [
            {
                "module": entry.module,
                "what": entry.what,
                "manifest": entry.origin.file.as_posix(),
                "line": entry.origin.line or None,
                "outcome": str(entry.outcome),
                "file": entry.file and (conversion.environments / entry.file).as_posix(),
                "key": entry.key,
                "why": entry.why,
            }
            for entry in conversion.entries
        ],
        "notes": list(conversion.notes),
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_markdown(conversion: Conversion) -> str:
    """For a pull request, or the team's own page."""
    lines = ["# Converted from Seed-Farmer", "", f"{conversion.summary}.", ""]
    for module, entries in _by_module(conversion.entries):
        lines += [f"## {module or _NO_MODULE.capitalize()}", "", "| | Manifest | Here | Why |", "|---|---|---|---|"]
        for entry in entries:
            here = f"`{entry.file}`: `{entry.key}`" if entry.file else ""
            cells = (str(entry.outcome), f"`{entry.what}` ({entry.origin})", here, entry.why)
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        lines.append("")
    lines += [f"- note: {note}" for note in conversion.notes]
    return "\n".join(lines).rstrip() + "\n"


def _by_module(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    for module in dict.fromkeys(["", *(entry.module for entry in entries)]):
        own = [entry for entry in entries if entry.module == module]
        if not own:
            continue
        yield module, sorted(own, key=lambda entry: (_ORDER.index(entry.outcome), entry.order))


def _line(entry: Entry) -> str:
    where = f" -> {entry.file}: {entry.key}" if entry.file else ""
    why = entry.why.removeprefix(f"{entry.outcome}: ")
    return f"{entry.what} ({entry.origin}){where}{f'; {why}' if why else ''}"
