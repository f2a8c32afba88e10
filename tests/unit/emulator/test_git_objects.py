"""Ids of blobs, trees and commits are Git's own, so that what was seeded can be compared with a clone."""

from sagemaker_templates.emulator.supplement.git_objects import (
    FileMode,
    Signature,
    commit_of,
    file_of,
    files_in,
    folders_in,
    tree_id,
)

# Written by `git hash-object`, `git write-tree` and `git commit-tree` for the same content.
BLOB_HELLO = "ce013625030ba8dba906f756967f9e9ca394464a"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
TREE = "4de11a3ddbf6f00a31654ca095118a726e4c1d04"
COMMIT = "9efab196b83b5970fa9d3175b4a57a625c9d99e2"
CHILD = "0e6fc2602e8e6b63e790887720073d5de2c6a7d7"

FILES = {
    "a/x": file_of(b"hello\n"),
    "a.txt": file_of(b"hello\n"),
    "run": file_of(b"#!/bin/sh\n", FileMode.EXECUTABLE),
    "a/deep/link": file_of(b"../x", FileMode.SYMLINK),
}
AUTHOR = Signature("A Person", "person@example.com", 1700000000)


def test_a_blob_has_the_id_that_git_gives_it() -> None:
    assert file_of(b"hello\n").blob_id == BLOB_HELLO


def test_a_tree_has_the_id_that_git_gives_it() -> None:
    assert tree_id({}) == EMPTY_TREE
    assert tree_id(FILES) == TREE


def test_commits_have_the_ids_that_git_gives_them() -> None:
    first = commit_of(FILES, (), AUTHOR, "First\n")
    assert first.id == COMMIT
    assert commit_of(FILES, (first.id,), AUTHOR, "Second\n").id == CHILD


def test_a_folder_shows_what_lies_directly_in_it() -> None:
    assert set(files_in(FILES, "")) == {"a.txt", "run"}
    assert folders_in(FILES, "") == {"a": "a"}
    assert set(files_in(FILES, "a")) == {"x"}
    assert folders_in(FILES, "a") == {"deep": "a/deep"}
