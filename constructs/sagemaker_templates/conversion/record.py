"""What became of each piece of the manifests, one entry each."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """What can become of a piece."""

    MAPPED = "mapped"
    DEFAULTED = "defaulted"
    DROPPED = "dropped"
    LEFT = "left"


@dataclass(frozen=True)
class Origin:
    """Where something is said.

    Attributes:
        file: the manifest, or the option of the command line.
        line: counted from 1; 0 for an option.
        key: as it is typed there; empty where the module as a whole is meant.
    """

    file: Path
    line: int
    key: str

    def __str__(self) -> str:
        return self.file.as_posix() if not self.line else f"{self.file.as_posix()}:{self.line}"


@dataclass(frozen=True)
class Entry:
    """One piece and what became of it.

    Attributes:
        module: the name of the module; empty for what the deployment's manifest says.
        what: the key as it is typed.
        file: the file of ours that holds it now, below the environments; empty where none does.
        key: the key in that file.
        why: the reason, and what to do instead.
    """

    module: str
    what: str
    origin: Origin
    outcome: Outcome
    file: str = ""
    key: str = ""
    why: str = ""

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """The sort key: as the manifests are read."""
        return str(self.origin.file), self.origin.line, self.what, self.file, self.key


@dataclass
class Record:
    """Collects entries."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Note an entry; one that is there already is kept once."""
        if entry not in self.entries:
            self.entries.append(entry)

    def sorted(self) -> list[Entry]:
        """All entries, by manifest and line."""
        return sorted(self.entries, key=lambda entry: entry.order)
