"""What came of one question."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a question ended, as programs read it."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """The answer to one question.

    Attributes:
        says: what is so, or why it could not be asked; goes on after the thing's name and a colon.
        remedy: what to do; empty where there is nothing to do.
    """

    status: Status
    says: str
    remedy: str = ""


def passed(says: str) -> Verdict:
    """It is as it must be."""
    return Verdict(Status.PASSED, says)


def failed(says: str, remedy: str) -> Verdict:
    """An apply, or what comes after it, would stop at it."""
    return Verdict(Status.FAILED, says, remedy)


def unknown(why: str, remedy: str = "") -> Verdict:
    """It could not be asked, or whoever was asked does not tell."""
    return Verdict(Status.UNKNOWN, why, remedy)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        environment: where it was asked.
        thing: what was looked at, such as ``state bucket example``.
        check: the title of the question, as docs/doctor.md has it.
    """

    environment: str
    thing: str
    check: str
    verdict: Verdict
