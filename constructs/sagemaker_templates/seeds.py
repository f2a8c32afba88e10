"""Seed repositories: which files a new repository is filled with, and the archive that carries them.

A repository is the template's own folder in ``seed/`` plus what templates share in ``seed/_shared/``. A template that
needs nothing of that has a file ``.standalone`` in its folder; it does not become part of the repository.
"""

import io
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from sagemaker_templates.wording import counted

_PACKAGED = Path(__file__).with_name("seed")
_IN_A_CHECKOUT = Path(__file__).resolve().parents[2] / "seed"
_SHARED = "_shared"
_STANDALONE = ".standalone"

MAX_FILES = 100
"""What one call of CodeCommit's CreateCommit takes; a repository is seeded in one commit."""

MAX_FILE_BYTES = 6 * 1024 * 1024
"""The largest file that CodeCommit takes through its API."""

_HIDDEN_BUT_WANTED = frozenset({".env.example", ".gitignore", ".gitattributes", ".terraform.lock.hcl"})
_LEFTOVER_FOLDERS = frozenset({"__pycache__"})
_LEFTOVER_SUFFIXES = frozenset({".pyc", ".pyo", ".egg-info"})

# The earliest time that a zip can hold; a fixed one, so that the bytes do not depend on the checkout.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE_0644 = 0o100644 << 16


class SeedError(ValueError):
    """The seed code cannot become a repository."""


def seed_folder(name: str) -> Path:
    """The folder of a template's seed code."""
    return _seeds() / name


def shared_folder() -> Path:
    """The folder of what every repository gets that does not stand alone."""
    return _seeds() / _SHARED


def _seeds() -> Path:
    """Where the seeds are: inside an installed package, beside the package in a checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _IN_A_CHECKOUT


def copy_seeds(seeds: Path, target: Path) -> None:
    """Copy the folders of all seeds, without what work on them has left there.

    Raises:
        SeedError: a file is a link.
    """
    for path in _wanted(seeds, also=_STANDALONE):
        copy = target / path.relative_to(seeds)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def assemble(template_seed: Path, shared: Path | None = None) -> Mapping[str, bytes]:
    """The files of a new repository by POSIX path, sorted: the shared ones and the template's own.

    Raises:
        SeedError: a folder is missing, the two sides want the same path, a file is a link, or the result is
            more than one commit can carry.
    """
    own = _read(template_seed)
    stands_alone = (template_seed / _STANDALONE).exists()
    common = {} if stands_alone else _read(shared_folder() if shared is None else shared)
    _refuse_clashes(own, common)
    files = dict(sorted({**common, **own}.items()))
    _refuse_oversize(files)
    return files


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files whose bytes depend on nothing but their paths and contents.

    Stored rather than deflated: compressed bytes differ from one zlib to another. It may hold several repositories;
    what one commit can carry limits each of them (``assemble``), not the archive.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, date_time=_TIMESTAMP)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE_0644
            packed.writestr(entry, content)
    return buffer.getvalue()


def _read(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise SeedError(f"there is no seed folder {folder.name!r}")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _wanted(folder)}


def _wanted(folder: Path, *, also: str = "") -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if _is_leftover(path) and path.name != also:
            continue
        if path.is_symlink():
            raise SeedError(f"{path.name} in {folder.name} is a link; a repository holds files only")
        if path.is_dir():
            yield from _wanted(path, also=also)
        else:
            yield path


def _is_leftover(path: Path) -> bool:
    if path.name.startswith("."):
        return path.name not in _HIDDEN_BUT_WANTED
    return path.name in _LEFTOVER_FOLDERS or path.suffix in _LEFTOVER_SUFFIXES


def _refuse_clashes(own: Mapping[str, bytes], common: Mapping[str, bytes]) -> None:
    same = sorted(own.keys() & common.keys())
    file_and_folder = sorted((own.keys() & _folders(common)) | (common.keys() & _folders(own)))
    if same or file_and_folder:
        paths = ", ".join(same + file_and_folder)
        raise SeedError(f"both the template and {_SHARED} want: {paths}")


def _folders(files: Mapping[str, bytes]) -> set[str]:
    return {parent.as_posix() for path in files for parent in PurePosixPath(path).parents}


def _refuse_oversize(files: Mapping[str, bytes]) -> None:
    if len(files) > MAX_FILES:
        raise SeedError(f"{counted(len(files), 'file')}; a repository is seeded in one commit of at most {MAX_FILES}")
    large = sorted(path for path, content in files.items() if len(content) > MAX_FILE_BYTES)
    if large:
        raise SeedError(f"larger than {MAX_FILE_BYTES} bytes, the limit of one file: {', '.join(large)}")
