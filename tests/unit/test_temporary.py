"""Temporary folders go with the command that made them, or with the next one if that was killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sagemaker_templates.temporary import temporary_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def _abandoned(place: Path, name: str) -> Path:
    folder = place / name
    (folder / "stacks").mkdir(parents=True)
    (folder / "stacks" / "file").touch()
    return folder


def test_a_folder_is_its_owners_alone_and_gone_afterwards(place: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "file").touch()
    assert list(place.iterdir()) == []


def test_what_a_killed_command_left_is_removed_by_the_next(place: Path, dead: int) -> None:
    left = _abandoned(place, f"sagemaker-templates-{dead}-abc_1234")
    with temporary_folder():
        assert not left.exists()


def test_what_a_running_command_uses_is_left_alone(place: Path) -> None:
    used = _abandoned(place, f"sagemaker-templates-{os.getpid()}-abc_1234")
    with temporary_folder():
        assert (used / "stacks" / "file").exists()


@pytest.mark.parametrize(
    "name", ["sagemaker-templates-notes", "sagemaker-templates-{}", "my-sagemaker-templates-{}-a"]
)
def test_what_only_looks_like_one_is_left_alone(place: Path, dead: int, name: str) -> None:
    mine = _abandoned(place, name.format(dead))
    with temporary_folder():
        assert (mine / "stacks" / "file").exists()


def test_a_link_is_not_followed(place: Path, dead: int) -> None:
    elsewhere = _abandoned(place, "elsewhere")
    (place / f"sagemaker-templates-{dead}-abc_1234").symlink_to(elsewhere)
    with temporary_folder():
        assert (elsewhere / "stacks" / "file").exists()
