"""A clone has the bytes that hashes were taken from, whatever git makes of line endings on the machine."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from sagemaker_templates.seeds import archive, assemble

ROOT = Path(__file__).parents[2]
CARRIED = ("seed", "constructs", "environments")
"""The folders whose files become archives, Lambda code and synthesized stacks."""

SEEDS = sorted(path.name for path in (ROOT / "seed").iterdir() if path.is_dir() and path.name != "_shared")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git clone` makes of the project where git is told to write CRLF."""
    folder = tmp_path_factory.mktemp("clones")
    origin, cloned = folder / "origin", folder / "cloned"
    origin.mkdir()
    for name in CARRIED:
        shutil.copytree(ROOT / name, origin / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    for file in (".gitattributes", ".gitignore"):
        shutil.copy(ROOT / file, origin)
    _git("init", "--quiet", folder=origin)
    _git("add", "--all", folder=origin)
    _git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "All", folder=origin)
    _git("clone", "--quiet", "--config", "core.autocrlf=true", str(origin), str(cloned), folder=folder)
    return cloned


def _git(*arguments: str, folder: Path) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seeds_archive_is_the_same_from_a_clone_that_writes_crlf(clone: Path, seed: str) -> None:
    assert archive(assemble(clone / "seed" / seed, clone / "seed" / "_shared")) == archive(
        assemble(ROOT / "seed" / seed)
    )


@pytest.mark.parametrize("name", CARRIED)
def test_every_file_is_the_same_in_a_clone_that_writes_crlf(clone: Path, name: str) -> None:
    cloned = _contents(clone / name)
    assert cloned
    assert {path for path, content in cloned.items() if content != (ROOT / name / path).read_bytes()} == set()


def _contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
