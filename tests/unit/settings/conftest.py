"""Loads the right folder with changes."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from sagemaker_templates.settings import Configuration, InvalidSettings, load
from sagemaker_templates.settings.model import Project
from settings.settings_folder import TEMPLATES, Change, Loader, Problems, write


def _no_checks(project: Project) -> Iterable[str]:
    return ()


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Loads the right folder with changes."""
    monkeypatch.chdir(tmp_path)

    def loaded(
        changes: Mapping[str, Change] | None = None,
        environ: Mapping[str, str] | None = None,
        name_checks: Callable[[Project], Iterable[str]] = _no_checks,
    ) -> Configuration:
        write(tmp_path / "environments", changes or {})
        return load(Path("environments"), TEMPLATES, environ=environ or {}, name_checks=name_checks)

    return loaded


@pytest.fixture
def problems(configuration: Loader) -> Problems:
    """The lines shown for the right folder with changes; none where it loads."""

    def lines(*args: object, **kwargs: object) -> list[str]:
        try:
            configuration(*args, **kwargs)
        except InvalidSettings as invalid:
            return [str(problem) for problem in invalid.problems]
        return []

    return lines
