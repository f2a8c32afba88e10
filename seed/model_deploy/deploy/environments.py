"""Reads ``environments/``: ``default.yml``, and what ``NAME.yml`` says otherwise.

``python -m deploy.environments`` checks all of them; the names of more environments may follow.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deploy.document import Document, KeyPath, nearest, read
from deploy.failures import SettingsError, command
from deploy.settings import EndpointSettings, contradictions

ROOT = Path(__file__).resolve().parents[1]
_FOLDER = "environments"
_DEFAULT = "default"


def load(environment: str, root: Path = ROOT) -> EndpointSettings:
    """The settings of an environment; one without a file of its own has those of ``default.yml``.

    Raises:
        SettingsError: every problem, each with file, line, key, value, and what is allowed.
    """
    document = _document(environment, root)
    try:
        settings = EndpointSettings.model_validate(document.content)
    except ValidationError as error:
        raise SettingsError(_in_words(each, document) for each in error.errors()) from error
    problems = [_line(document, path, reason) for path, reason in contradictions(settings)]
    problems += _missing_sample(settings, document, root)
    if problems:
        raise SettingsError(problems)
    return settings


def check(environments: Iterable[str] = (), root: Path = ROOT) -> list[str]:
    """Load every environment that has a file, and the given ones; returns their names.

    Raises:
        SettingsError: all problems of all files.
    """
    problems = list(_stray_files(root))
    written = {file.stem for file in (root / _FOLDER).glob("*.yml")} - {_DEFAULT}
    names = sorted(written | set(environments)) or [_DEFAULT]
    for name in names:
        try:
            load(name, root)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(dict.fromkeys(problems))
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return command(lambda: print(f"settings are fine: {', '.join(check(given))}"))


def _document(environment: str, root: Path) -> Document:
    default = root / _FOLDER / f"{_DEFAULT}.yml"
    if not default.is_file():
        raise SettingsError([f"{_FOLDER}/{_DEFAULT}.yml is missing"])
    below = read(default, f"{_FOLDER}/{default.name}")
    own = root / _FOLDER / f"{environment}.yml"
    if environment == _DEFAULT or not own.is_file():
        return below
    return below.under(read(own, f"{_FOLDER}/{own.name}"))


def _stray_files(root: Path) -> Iterator[str]:
    """A file that nothing reads would be believed to have an effect."""
    for file in sorted((root / _FOLDER).iterdir()):
        if file.suffix != ".yml":
            yield f"{_FOLDER}/{file.name}: nothing reads it; settings are in files that end in .yml"


def _missing_sample(settings: EndpointSettings, document: Document, root: Path) -> Iterator[str]:
    if settings.sample is None:
        return
    file = (root / settings.sample.file).resolve()
    if not (file.is_file() and file.is_relative_to(root.resolve())):
        yield _line(document, ("sample", "file"), "there is no such file in this repository")


def _line(document: Document, path: KeyPath, reason: str) -> str:
    value = _at(document.content, path)
    shown = f" {value!r}:" if value is not None and not isinstance(value, dict) else ""
    return f"{document.place(path)}: {'.'.join(path)}:{shown} {reason}"


def _at(content: Any, path: Iterable[str]) -> Any:
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _in_words(error: ErrorDetails, document: Document) -> str:
    path = tuple(str(key) for key in error["loc"] if key != "[key]")
    if error["type"] == "extra_forbidden":
        return _line(document, path, f"unknown key; {nearest(path[-1], _keys(path[:-1]))}")
    if error["type"] == "missing":
        return _line(document, path, "is missing")
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return _line(document, path, nearest(error["input"], allowed))
    message = error["msg"]
    return _line(document, path, f"{message[0].lower()}{message[1:]}")


def _keys(path: Iterable[str]) -> list[str]:
    """The keys that are allowed below a path."""
    kind: Any = EndpointSettings
    for key in path:
        fields = kind.model_fields if _is_section(kind) else {}
        known = next((field.annotation for field in fields.values() if field.alias == key), kind)
        kind = next((each for each in (*get_args(known), known) if _is_section(each)), kind)
    return [field.alias or name for name, field in kind.model_fields.items()]


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


if __name__ == "__main__":
    sys.exit(main())
