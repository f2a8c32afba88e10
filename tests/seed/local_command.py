"""``python -m mlops.local`` in a test's own process: all of it but the compilation, done once for all tests."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from mlops.local import __main__ as command
from mlops.local import run
from mlops.local.compilation import Compiled
from mlops.settings import Settings
from seed_repository import SeedRepository


@dataclass(frozen=True)
class Told:
    """What a person gets to see."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class LocalCommand:
    """The command, started in a repository, with a folder for what it leaves."""

    output: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Told:
        """Run it."""
        code = command.main(["--output", str(self.output), *arguments])
        told = self.capture.readouterr()
        return Told(code, told.out, told.err)

    def read(self, name: str) -> str:
        """A file that it has left."""
        return (self.output / name).read_text(encoding="utf-8")


def local_command(
    repository: SeedRepository,
    variables: dict[str, str],
    compiled: Compiled,
    monkeypatch: pytest.MonkeyPatch,
    capture: pytest.CaptureFixture[str],
    *,
    output: Path,
) -> LocalCommand:
    """The command in a repository whose pipeline is compiled."""
    monkeypatch.chdir(repository.root)
    monkeypatch.syspath_prepend(str(repository.root))
    monkeypatch.setattr(run, "compile_here", lambda *_: (Settings.from_environment(variables), compiled))
    return LocalCommand(output, capture)
