"""Temporary folders go with their process, or with the next one."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sagemaker_templates.temporary import temporary_folder

CONSTRUCTS = Path(__file__).parents[2] / "constructs"
_KILLED = """
import os, signal
from sagemaker_templates.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "stacks").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_gone_after_the_block_whatever_happened_in_it(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), temporary_folder() as folder:
        (folder / "file").write_text("x")
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(temporary: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(CONSTRUCTS), "TMPDIR": str(temporary)}
    run = subprocess.run([sys.executable, "-c", _KILLED], env=environment, check=False)
    assert run.returncode == -signal.SIGKILL
    (left,) = temporary.iterdir()
    with temporary_folder() as living:
        assert not left.exists()
        with temporary_folder() as another:
            assert living.is_dir()
            assert another.is_dir()
    assert list(temporary.iterdir()) == []


def test_folders_that_are_not_ours_are_left_alone(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir()
    theirs = [
        temporary / name for name in ("sagemaker-templates-abcd1234", "sagemaker-templates-notes", "tmpabcdefgh")
    ]
    for folder in theirs:
        folder.mkdir()
        (folder / "file").write_text("mine")
    (temporary / "sagemaker-templates-link0000").symlink_to(temporary / "elsewhere")
    with temporary_folder():
        pass
    assert all((folder / "file").read_text() == "mine" for folder in theirs)
    assert (temporary / "elsewhere").is_dir()
