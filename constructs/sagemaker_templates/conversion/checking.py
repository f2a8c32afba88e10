"""Checks files before they are put into place: with our own loader, together with those that are there already."""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.conversion.documents import Document
from sagemaker_templates.settings import InvalidSettings
from sagemaker_templates.settings.problems import Problem, Report
from sagemaker_templates.temporary import temporary_folder

_COPY = "environments"
_REQUIRED = "is required"


def check(
    documents: Sequence[Document], environments: Path, environ: Mapping[str, str], report: Report
) -> tuple[str, ...]:
    """Report what is wrong with files that are not there yet, at the lines of the manifests they come from.

    Returns:
        What the person should look at: what could not be carried over, and what our loader notes.
    """
    for document in documents:
        for file in _same(environments / document.path):
            message = (
                "is there already, and is not overwritten; move it away, or name another folder by --environments"
            )
            report.add(file, None, None, message)
    with temporary_folder() as work:
        copy = work / _COPY
        if environments.is_dir():
            shutil.copytree(environments, copy, ignore_dangling_symlinks=True)
        for document in documents:
            file = copy / document.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(document.text, encoding="utf-8")
        told = _Told(documents, copy, environments)
        try:
            notices = load_configuration(copy, environ=environ).notices
        except InvalidSettings as invalid:
            already = report.has_problems
            for problem in invalid.problems:
                if already and _is_reported(problem):
                    continue
                shown = told(problem)
                report.add(shown.file, shown.line, shown.key, shown.message)
            return ()
    lost = [
        f"{(environments / document.path).as_posix()}: {note}" for document in documents for note in document.notes
    ]
    return (*lost, *(str(told(notice)) for notice in notices))


def _is_reported(problem: Problem) -> bool:
    """Whether it follows from what was found in the manifests: a variable that is not set, an unknown account."""
    if problem.key in ("account-id", "region", "state") and problem.message.startswith(_REQUIRED):
        return True
    return re.search(r"environment variable \w+ is not set|^the file is empty", problem.message) is not None


def _same(file: Path) -> Iterable[Path]:
    return [one for one in (file, file.with_suffix(".yml")) if one.exists() or one.is_symlink()]


def required(key: str, message: str) -> str:
    """What is said of a key that a project needs and that no manifest has."""
    return f"{message} Add it, or give it by --set {key}=VALUE"


def _as_typed(ours: str, theirs: str) -> str:
    """A key of ours by the name that the manifest has for it, down to the item: ``dev-subnet-ids[0]``."""
    name = ours.removeprefix("network.")
    inner = re.search(r"[.\[].*", name)
    return f"{theirs}{inner.group() if inner else ''}" if theirs else ours


class _Told:
    """Tells of a problem as the person sees it, who has the manifests before them and not our copies."""

    def __init__(self, documents: Sequence[Document], copy: Path, environments: Path) -> None:
        self._documents = {copy / document.path: document for document in documents}
        self._copy = copy
        self._environments = environments

    def __call__(self, problem: Problem) -> Problem:
        document = self._documents.get(problem.file)
        message = self._without_copy(problem.message)
        if document is None:
            return Problem(Path(self._without_copy(problem.file.as_posix())), problem.line, problem.key, message)
        origin, key = document.origin_of(problem.line), problem.key or ""
        if key in document.lost and message.startswith(_REQUIRED):
            origin, why = document.lost[key]
            return Problem(origin.file, origin.line or None, origin.key, f"{message} {why}")
        if message.startswith(_REQUIRED):
            message = required(key, message)
        of_whole = origin is document.origin and key
        return Problem(origin.file, origin.line or None, key if of_whole else _as_typed(key, origin.key), message)

    def _without_copy(self, text: str) -> str:
        """Our copy is named where another file is meant; of ours that is the manifest's line."""
        for file, document in self._documents.items():
            for number in range(len(document.lines), 0, -1):
                text = text.replace(f"{file.as_posix()}:{number}", str(document.origin_of(number)))
        return text.replace(self._copy.as_posix(), self._environments.as_posix())
