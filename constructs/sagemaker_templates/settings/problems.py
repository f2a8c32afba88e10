"""What is wrong with a user's files: one line per mistake, all of them at once."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sagemaker_templates.settings.spelling import quoted, without_tokens

_LONGEST_KEY = 160
_LEAST_HIDDEN = 4  # characters of a value that is hidden where it has no quotes; shorter ones are parts of words
_MOST_PROJECTS = 3
_HINT = re.compile('; did you mean "[^"]*"[?]$')
_BREAKS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+")


@dataclass(frozen=True)
class Problem:
    """One mistake.

    Attributes:
        file: the file or folder, as reached from the folder that was loaded.
        line: the line, counted from 1; None where a file or folder as a whole is wrong.
        key: the key as the user typed it, with its parents (``network.vpc-id``); None where none is meant.
        message: the value, what is allowed and, where one is near, the right spelling.
    """

    file: Path
    line: int | None
    key: str | None
    message: str

    def __str__(self) -> str:
        place = self.file.as_posix() if self.line is None else f"{self.file.as_posix()}:{self.line}"
        parts = [place, self.key, self.message]
        return ": ".join(part for part in parts if part)

    @property
    def order(self) -> tuple[str, int, str, str]:
        """The sort key: file, then line."""
        return self.file.as_posix(), self.line or 0, self.key or "", self.message


class InvalidSettings(Exception):  # noqa: N818 - the name says what it means to whoever reads a traceback
    """The settings hold mistakes; ``problems`` lists every one, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: problem.order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Report:
    """Collects problems; a mistake found twice (a default that two projects inherit) is kept once."""

    def __init__(self) -> None:
        self._problems: set[Problem] = set()
        self._inherited: dict[Problem, set[str]] = {}
        self._notices: set[Problem] = set()
        self._hidden: dict[str, str] = {}

    def add(self, file: Path, line: int | None, key: str | None, message: str) -> None:
        """Note one mistake."""
        self._problems.add(_problem(file, line, key, message))

    def of_project(self, file: Path, shared: Collection[Path]) -> "Report":
        """The same report, as long as one project is looked at.

        A mistake in a file that it shares with others is told once, with the projects that it is one for, unless it
        is one for whoever inherits it and is told as such.

        Args:
            file: the project's own.
            shared: those that it inherits from.
        """
        return _ReportOfProject(self, file, shared)

    def add_inherited(self, problem: Problem, by: str) -> None:
        """Note one mistake in what a project inherits."""
        self._inherited.setdefault(problem, set()).add(by)

    def notice(self, file: Path, line: int | None, key: str | None, message: str) -> None:
        """Note what is no mistake, but what the user will want to know."""
        self._notices.add(_problem(file, line, key, message))

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What was noticed so far, sorted by file and line."""
        return tuple(sorted(map(self._told, self._notices), key=lambda notice: notice.order))

    def hide(self, text: str, variable: str) -> None:
        """Keep what a variable holds out of all messages: it may be a secret that the user wrote into no file."""
        if text:
            self._hidden[text] = variable

    @property
    def has_problems(self) -> bool:
        """Whether any mistake was noted so far."""
        return bool(self._problems or self._inherited)

    def raise_if_any(self) -> None:
        """End the loading if anything was noted.

        Raises:
            InvalidSettings: with every problem noted so far.
        """
        if self.has_problems:
            raise InvalidSettings([*map(self._told, self._problems), *self._told_of_inheriting()])

    def _told_of_inheriting(self) -> Iterator[Problem]:
        for problem, projects in self._inherited.items():
            if problem not in self._problems:
                told = self._told(problem)
                yield replace(told, message=f"{told.message}; inherited by {_few(sorted(projects))}")

    def _told(self, problem: Problem) -> Problem:
        return replace(problem, message=self._without_hidden(problem.message))

    def _without_hidden(self, message: str) -> str:
        shown = self._shown(message)
        # The right spelling that is nearest tells much of what the wrong one was.
        return shown if shown == message else _HINT.sub("", shown)

    def _shown(self, message: str) -> str:
        for text in sorted(self._hidden, key=len, reverse=True):
            instead = f"the value of the environment variable {self._hidden[text]}"
            message = message.replace(quoted(text), instead)
            if len(text) >= _LEAST_HIDDEN:
                # Not in the path of a file, which may be named as its project is.
                message = re.sub(rf"(?<![\w/.]){re.escape(text)}(?![\w/]|\.\w)", instead, message)
        return message


class _ReportOfProject(Report):
    """Adds to a whole report what is found while one project is looked at."""

    def __init__(self, whole: Report, file: Path, shared: Collection[Path]) -> None:
        super().__init__()
        self._whole, self._file, self._shared = whole, file, shared

    def add(self, file: Path, line: int | None, key: str | None, message: str) -> None:
        if file in self._shared:
            self._whole.add_inherited(_problem(file, line, key, message), self._file.name)
        else:
            self._whole.add(file, line, key, message)

    def notice(self, file: Path, line: int | None, key: str | None, message: str) -> None:
        self._whole.notice(file, line, key, message)

    def hide(self, text: str, variable: str) -> None:
        self._whole.hide(text, variable)


def _few(names: list[str]) -> str:
    """The names, where they are few enough to be read."""
    if len(names) <= _MOST_PROJECTS:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_PROJECTS])} and {len(names) - _MOST_PROJECTS} more"


def _problem(file: Path, line: int | None, key: str | None, message: str) -> Problem:
    return Problem(file, line, without_tokens(_one_line(key))[:_LONGEST_KEY] or None, _one_line(message))


def _one_line(text: str | None) -> str:
    """What a user typed may hold line breaks; a message may not."""
    return _BREAKS.sub(" ", text or "")
