"""The part of Git's object model that CodeCommit shows: blobs, trees and commits with their real ids."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FileMode(StrEnum):
    """CodeCommit's names of Git's file modes."""

    NORMAL = "NORMAL"
    EXECUTABLE = "EXECUTABLE"
    SYMLINK = "SYMLINK"


_MODES = {FileMode.NORMAL: b"100644", FileMode.EXECUTABLE: b"100755", FileMode.SYMLINK: b"120000"}
_TREE_MODE = b"40000"


@dataclass(frozen=True)
class File:
    """One file of a snapshot."""

    blob_id: str
    content: bytes
    mode: FileMode = FileMode.NORMAL


Snapshot = Mapping[str, File]


@dataclass(frozen=True)
class Signature:
    """Who wrote a commit, and when (seconds since 1970, UTC)."""

    name: str
    email: str
    seconds: int

    def encoded(self) -> bytes:
        """Return the signature as it stands in a commit object."""
        return f"{self.name} <{self.email}> {self.seconds} +0000".encode()


@dataclass(frozen=True)
class Commit:
    """A commit with the whole snapshot that it stands for."""

    id: str
    tree_id: str
    parents: tuple[str, ...]
    author: Signature
    message: str
    files: Snapshot


def file_of(content: bytes, mode: FileMode = FileMode.NORMAL) -> File:
    """Return a file with the id of its content."""
    return File(blob_id=_object_id(b"blob", content), content=content, mode=mode)


def commit_of(files: Snapshot, parents: tuple[str, ...], author: Signature, message: str) -> Commit:
    """Return a commit with the id that Git would give it."""
    tree = tree_id(files)
    header = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    people = [b"author " + author.encoded(), b"committer " + author.encoded()]
    content = b"\n".join([*header, *people, b"", message.encode()])
    return Commit(_object_id(b"commit", content), tree, parents, author, message, files)


def tree_id(files: Snapshot, folder: str = "") -> str:
    """Return the id of the tree of one folder of a snapshot (``""`` is the root)."""
    entries = [(name, _MODES[file.mode], file.blob_id) for name, file in files_in(files, folder).items()]
    entries += [(name, _TREE_MODE, tree_id(files, path)) for name, path in folders_in(files, folder).items()]
    # Git sorts a folder as if its name ended with a slash.
    entries.sort(key=lambda entry: entry[0] + "/" if entry[1] == _TREE_MODE else entry[0])
    content = b"".join(mode + b" " + name.encode() + b"\0" + bytes.fromhex(id) for name, mode, id in entries)
    return _object_id(b"tree", content)


def files_in(files: Snapshot, folder: str) -> dict[str, File]:
    """Return the files that lie directly in a folder, by name."""
    prefix = f"{folder}/" if folder else ""
    below = ((path.removeprefix(prefix), file) for path, file in files.items() if path.startswith(prefix))
    return {name: file for name, file in below if "/" not in name}


def folders_in(files: Snapshot, folder: str) -> dict[str, str]:
    """Return the folders that lie directly in a folder: their paths by name."""
    prefix = f"{folder}/" if folder else ""
    below = (path.removeprefix(prefix) for path in files if path.startswith(prefix))
    return {name: prefix + name for name in sorted({path.split("/")[0] for path in below if "/" in path})}


def _object_id(kind: bytes, content: bytes) -> str:
    header = kind + b" " + str(len(content)).encode() + b"\0"
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
