"""A pipeline that tunes is executed only by an environment that can, and what another lacks is named."""

import sys
from pathlib import Path

from sagemaker_templates.rehearsal.tuning import TinyModel


def test_what_an_environment_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "of_the_repository.py").touch()
    needed = ("json", "not_there", "of_the_repository", "nor_this")
    assert TinyModel(Path(sys.executable), tmp_path, {}, tmp_path, needed).lacking == ["not_there", "nor_this"]
