"""A file that people commit is written as a whole or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sagemaker_templates.whole_file import write_new, write_whole


def test_who_has_the_old_file_open_reads_it_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "atlantis.yaml"
    file.write_text("old\n" * 10000)
    with file.open() as reader:
        first = reader.readline()
        write_whole(file, "new\n")
        assert {first, *reader} == {"old\n"}
    assert file.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlantis.yaml"
    file.write_text("old")

    def full(path: Path, text: str, **_: str) -> None:
        with path.open("w") as half:
            half.write(text[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link_and_a_mode_stays(tmp_path: Path) -> None:
    file, link = tmp_path / "elsewhere.yaml", tmp_path / "atlantis.yaml"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "text")
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)


def _without_second_names(source: Path, target: Path) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("link", [os.link, _without_second_names], ids=["usual", "no hard links"])
def test_a_new_file_takes_no_place_that_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[..., None]
) -> None:
    monkeypatch.setattr(os, "link", link)
    file = tmp_path / "projects" / "mine.yaml"
    write_new(file, "mine\n")
    with pytest.raises(FileExistsError):
        write_new(file, "another's\n")
    assert file.read_text() == "mine\n"
    assert list(file.parent.iterdir()) == [file]
