"""What a new repository is filled with, and the archive that carries it."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest
from sagemaker_templates.seeds import (
    MAX_FILE_BYTES,
    MAX_FILES,
    SeedError,
    archive,
    assemble,
    seed_folder,
    shared_folder,
)


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def test_a_repository_holds_the_shared_files_and_the_templates_own(tmp_path: Path) -> None:
    shared = write(tmp_path / "shared", {"mlops/settings.py": "shared", "tests/test_settings.py": "shared"})
    own = write(tmp_path / "own", {"README.md": "own", "tests/test_pipeline.py": "own", ".gitignore": "x"})

    files = assemble(own, shared)

    assert list(files) == [
        ".gitignore",
        "README.md",
        "mlops/settings.py",
        "tests/test_pipeline.py",
        "tests/test_settings.py",
    ]
    assert files["mlops/settings.py"] == b"shared"


@pytest.mark.parametrize(
    "leftover",
    [
        "__pycache__/a.cpython-311.pyc",
        "a.pyc",
        ".pytest_cache/README.md",
        ".venv/bin/python",
        ".DS_Store",
        "x.egg-info/PKG-INFO",
    ],
)
def test_leftovers_of_work_on_the_seed_stay_out_of_the_repository(tmp_path: Path, leftover: str) -> None:
    own = write(tmp_path / "own", {"README.md": "own", leftover: "junk", f"deeper/{leftover}": "junk"})
    shared = write(tmp_path / "shared", {"mlops/settings.py": "shared"})

    assert list(assemble(own, shared)) == ["README.md", "mlops/settings.py"]


@pytest.mark.parametrize(
    ("own", "shared"),
    [
        ({"README.md": "own"}, {"README.md": "shared"}),
        ({"mlops": "a file"}, {"mlops/settings.py": "shared"}),
        ({"mlops/settings.py": "own"}, {"mlops": "a file"}),
    ],
)
def test_neither_side_silently_replaces_the_other(
    tmp_path: Path, own: dict[str, str], shared: dict[str, str]
) -> None:
    with pytest.raises(SeedError, match=r"both the template and _shared want"):
        assemble(write(tmp_path / "own", own), write(tmp_path / "shared", shared))


def test_a_template_that_stands_alone_gets_nothing_of_the_shared_files(tmp_path: Path) -> None:
    own = write(tmp_path / "own", {"README.md": "own", ".standalone": "why"})

    assert list(assemble(own, write(tmp_path / "shared", {"mlops/settings.py": "shared"}))) == ["README.md"]


def test_the_lock_of_terraforms_providers_is_part_of_a_repository(tmp_path: Path) -> None:
    own = write(tmp_path / "own", {"terraform/.terraform.lock.hcl": "lock", "terraform/.terraform/x": "leftover"})

    shared = write(tmp_path / "shared", {"a.py": ""})

    assert list(assemble(own, shared)) == ["a.py", "terraform/.terraform.lock.hcl"]


def test_a_missing_seed_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="no seed folder 'nothing_here'"):
        assemble(tmp_path / "nothing_here")


def test_a_link_is_refused_because_it_would_carry_files_from_elsewhere(tmp_path: Path) -> None:
    own = write(tmp_path / "own", {"README.md": "own"})
    (own / "passwd").symlink_to("/etc/passwd")

    with pytest.raises(SeedError, match="passwd in own is a link"):
        assemble(own, write(tmp_path / "shared", {}))


def test_more_files_than_one_commit_carries_are_refused(tmp_path: Path) -> None:
    shared = write(tmp_path / "shared", {"LICENSE": "shared"})
    own = write(tmp_path / "own", {f"file-{number:03}": "" for number in range(MAX_FILES - 1)})
    assert len(assemble(own, shared)) == MAX_FILES

    write(own, {"one-more": ""})
    with pytest.raises(SeedError, match="101 files"):
        assemble(own, shared)


def test_a_file_larger_than_codecommit_takes_is_refused(tmp_path: Path) -> None:
    own = write(tmp_path / "own", {"model.bin": "x" * (MAX_FILE_BYTES + 1)})

    with pytest.raises(SeedError, match=r"limit of one file: model\.bin"):
        assemble(own, write(tmp_path / "shared", {"LICENSE": "shared"}))


def test_an_archive_holds_the_repositories_of_all_templates_together(tmp_path: Path) -> None:
    files = {f"seeds/{template}/{number:03}": b"" for template in "ab" for number in range(MAX_FILES)}

    with zipfile.ZipFile(io.BytesIO(archive(files))) as packed:
        assert len(packed.namelist()) == 2 * MAX_FILES


def test_an_archive_gives_back_the_files() -> None:
    files = {"README.md": b"hello", "a/b.py": "ä".encode()}

    with zipfile.ZipFile(io.BytesIO(archive(files))) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == files


def test_an_archive_depends_on_paths_and_contents_only(tmp_path: Path) -> None:
    content = {"README.md": "hello", "a/b.py": "x = 1\n"}
    shared = write(tmp_path / "shared", {"c.py": ""})
    first = write(tmp_path / "first", content)
    second = write(tmp_path / "second", dict(reversed(content.items())))
    for path in (second / "README.md", second / "a/b.py"):
        path.chmod(0o777)
        os.utime(path, (1, 1))

    assert archive(assemble(first, shared)) == archive(assemble(second, shared))


def test_the_bytes_of_an_archive_are_the_same_on_every_machine() -> None:
    digest = hashlib.sha256(archive({"b/c.txt": b"two\n", "a.txt": b"one\n"})).hexdigest()

    assert digest == "fb8d4e0ff9bf08337d37ebadd3564453f82f18d5e2c131ec175b54537f218275"


@pytest.mark.parametrize(
    "name", sorted(p.name for p in seed_folder("").iterdir() if p.is_dir() and p.name != shared_folder().name)
)
def test_every_seed_becomes_a_repository_that_says_what_it_is(name: str) -> None:
    files = assemble(seed_folder(name))

    assert {"README.md", "requirements.txt", ".gitignore"} <= files.keys()
    assert "buildspec.yml" in files or any(path.startswith("buildspec/") for path in files)
    assert archive(files)
