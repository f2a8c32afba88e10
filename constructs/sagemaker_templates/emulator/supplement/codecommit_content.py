"""The content of one CodeCommit repository: commits, branches, folders and files."""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sagemaker_templates.emulator.call import JsonObject
from sagemaker_templates.emulator.supplement.codecommit_repository import Repository
from sagemaker_templates.emulator.supplement.contract import AwsError
from sagemaker_templates.emulator.supplement.git_objects import (
    Commit,
    File,
    FileMode,
    Signature,
    Snapshot,
    commit_of,
    file_of,
    files_in,
    folders_in,
    tree_id,
)

Operation = Callable[[Repository, JsonObject], JsonObject]

# The service's own limits: a seeder that exceeds them must fail here as it would there.
MAX_FILES_PER_COMMIT = 100
MAX_FILE_BYTES = 6 * 1024 * 1024
MAX_COMMIT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class _Changes:
    added: Mapping[str, File]
    updated: Mapping[str, File]
    deleted: Mapping[str, File]

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.deleted)


def create_commit(repository: Repository, request: JsonObject) -> JsonObject:
    """CreateCommit: puts and deletes files on a branch; the first commit of a repository makes the branch."""
    branch = request["branchName"]
    parent = _parent(repository, branch, request.get("parentCommitId"))
    before: Snapshot = parent.files if parent else {}
    after = _without(_with_files(before, request), request.get("deleteFiles") or [])
    _check_paths(after)
    changes = _difference(before, after)
    if not changes:
        raise AwsError("NoChangeException", "The commit would not change the repository")
    commit = _commit(parent, after, request)
    repository.append(branch, commit, commit.author.seconds)
    return {
        "commitId": commit.id,
        "treeId": commit.tree_id,
        "filesAdded": _listed(changes.added),
        "filesUpdated": _listed(changes.updated),
        "filesDeleted": _listed(changes.deleted),
    }


def put_file(repository: Repository, request: JsonObject) -> JsonObject:
    """PutFile: a commit of one file."""
    put = {
        "filePath": request["filePath"],
        "fileContent": request["fileContent"],
        "fileMode": request.get("fileMode", FileMode.NORMAL),
    }
    answer = create_commit(repository, {**request, "putFiles": [put]})
    blob = repository.commits[answer["commitId"]].files[_clean(request["filePath"])].blob_id
    return {"commitId": answer["commitId"], "treeId": answer["treeId"], "blobId": blob}


def list_branches(repository: Repository, _request: JsonObject) -> JsonObject:
    """ListBranches."""
    return {"branches": sorted(repository.branches)}


def get_branch(repository: Repository, request: JsonObject) -> JsonObject:
    """GetBranch."""
    name = request.get("branchName") or repository.default_branch or ""
    return {"branch": {"branchName": name, "commitId": repository.tip_of(name).id}}


def create_branch(repository: Repository, request: JsonObject) -> JsonObject:
    """CreateBranch."""
    name = request["branchName"]
    if name in repository.branches:
        raise AwsError("BranchNameExistsException", f"Branch {name} already exists")
    repository.branches[name] = repository.resolve(request["commitId"]).id
    return {}


def delete_branch(repository: Repository, request: JsonObject) -> JsonObject:
    """DeleteBranch."""
    name = request["branchName"]
    if name == repository.default_branch:
        raise AwsError("DefaultBranchCannotBeDeletedException", f"{name} is the default branch")
    commit_id = repository.branches.pop(name, None)
    return {"deletedBranch": {"branchName": name, "commitId": commit_id} if commit_id else None}


def get_commit(repository: Repository, request: JsonObject) -> JsonObject:
    """GetCommit."""
    commit = repository.commits.get(request["commitId"])
    if commit is None:
        raise AwsError("CommitIdDoesNotExistException", f"{request['commitId']} does not exist")
    person = {
        "name": commit.author.name,
        "email": commit.author.email,
        "date": f"{commit.author.seconds} +0000",
    }
    return {
        "commit": {
            "commitId": commit.id,
            "treeId": commit.tree_id,
            "parents": list(commit.parents),
            "message": commit.message,
            "author": person,
            "committer": person,
            "additionalData": "",
        }
    }


def get_folder(repository: Repository, request: JsonObject) -> JsonObject:
    """GetFolder: what lies directly in one folder."""
    commit = repository.resolve(request.get("commitSpecifier"))
    folder = _clean(request["folderPath"])
    files, folders = files_in(commit.files, folder), folders_in(commit.files, folder)
    if folder and not files and not folders:
        raise AwsError("FolderDoesNotExistException", f"{folder} does not exist")
    shown = [_entry(folder, name, file) for name, file in sorted(files.items())]
    return {
        "commitId": commit.id,
        "folderPath": folder,
        "treeId": tree_id(commit.files, folder),
        "subFolders": [
            {"treeId": tree_id(commit.files, path), "absolutePath": path, "relativePath": name}
            for name, path in folders.items()
        ],
        "files": [entry for entry in shown if entry["fileMode"] != FileMode.SYMLINK],
        "symbolicLinks": [entry for entry in shown if entry["fileMode"] == FileMode.SYMLINK],
        "subModules": [],
    }


def get_file(repository: Repository, request: JsonObject) -> JsonObject:
    """GetFile."""
    commit = repository.resolve(request.get("commitSpecifier"))
    path = _clean(request["filePath"])
    file = commit.files.get(path)
    if file is None:
        raise AwsError("FileDoesNotExistException", f"{path} does not exist")
    return {
        "commitId": commit.id,
        "blobId": file.blob_id,
        "filePath": path,
        "fileMode": file.mode,
        "fileSize": len(file.content),
        "fileContent": base64.b64encode(file.content).decode(),
    }


def get_blob(repository: Repository, request: JsonObject) -> JsonObject:
    """GetBlob."""
    for commit in repository.commits.values():
        for file in commit.files.values():
            if file.blob_id == request["blobId"]:
                return {"content": base64.b64encode(file.content).decode()}
    raise AwsError("BlobIdDoesNotExistException", f"{request['blobId']} does not exist")


OPERATIONS: Mapping[str, Operation] = {
    "CreateCommit": create_commit,
    "PutFile": put_file,
    "ListBranches": list_branches,
    "GetBranch": get_branch,
    "CreateBranch": create_branch,
    "DeleteBranch": delete_branch,
    "GetCommit": get_commit,
    "GetFolder": get_folder,
    "GetFile": get_file,
    "GetBlob": get_blob,
}


def _parent(repository: Repository, branch: str, given: str | None) -> Commit | None:
    if branch not in repository.branches and not repository.commits and given is None:
        return None
    tip = repository.tip_of(branch)
    if given is None:
        raise AwsError("ParentCommitIdRequiredException", f"{branch} has commits: name the tip")
    if given not in repository.commits:
        raise AwsError("ParentCommitDoesNotExistException", f"{given} does not exist")
    if given != tip.id:
        raise AwsError("ParentCommitIdOutdatedException", f"{branch} is at {tip.id}")
    return tip


def _commit(parent: Commit | None, files: Snapshot, request: JsonObject) -> Commit:
    name, email = request.get("authorName") or "emulated", request.get("email") or ""
    parents = (parent.id,) if parent else ()
    author = Signature(name, email, int(time.time()))
    return commit_of(files, parents, author, request.get("commitMessage") or "")


def _with_files(before: Snapshot, request: JsonObject) -> dict[str, File]:
    puts = request.get("putFiles") or []
    if len(puts) + len(request.get("deleteFiles") or []) > MAX_FILES_PER_COMMIT:
        raise AwsError("MaximumFileEntriesExceededException", f"At most {MAX_FILES_PER_COMMIT} files per commit")
    after = dict(before)
    size = 0
    for put in puts:
        file = _put(before, put)
        size += len(file.content)
        after[_clean(put["filePath"])] = file
    if size > MAX_COMMIT_BYTES:
        raise AwsError("FolderContentSizeLimitExceededException", "The files of one commit exceed 20 MB")
    return after


def _put(before: Snapshot, put: JsonObject) -> File:
    mode = FileMode(put.get("fileMode") or FileMode.NORMAL)
    if source := put.get("sourceFile"):
        path = _clean(source["filePath"])
        if path not in before:
            raise AwsError("FileDoesNotExistException", f"{path} does not exist")
        return file_of(before[path].content, mode)
    if "fileContent" not in put:
        raise AwsError("FileContentRequiredException", f"{put['filePath']} has no content")
    content = base64.b64decode(put["fileContent"])
    if len(content) > MAX_FILE_BYTES:
        raise AwsError("FileContentSizeLimitExceededException", f"{put['filePath']} exceeds 6 MB")
    return file_of(content, mode)


def _without(files: dict[str, File], deletions: list[JsonObject]) -> dict[str, File]:
    for deletion in deletions:
        path = _clean(deletion["filePath"])
        if path not in files:
            raise AwsError("FileDoesNotExistException", f"{path} does not exist")
        del files[path]
    return files


def _check_paths(files: Snapshot) -> None:
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    clashes = sorted(folders & set(files))
    if clashes:
        raise AwsError("FileNameConflictsWithDirectoryNameException", f"{clashes[0]} is a file and a folder")


def _difference(before: Snapshot, after: Snapshot) -> _Changes:
    return _Changes(
        added={path: file for path, file in after.items() if path not in before},
        updated={path: file for path, file in after.items() if path in before and before[path] != file},
        deleted={path: file for path, file in before.items() if path not in after},
    )


def _listed(files: Mapping[str, File]) -> list[JsonObject]:
    return [
        {"absolutePath": path, "blobId": file.blob_id, "fileMode": file.mode} for path, file in sorted(files.items())
    ]


def _entry(folder: str, name: str, file: File) -> JsonObject:
    path = f"{folder}/{name}" if folder else name
    return {"blobId": file.blob_id, "absolutePath": path, "relativePath": name, "fileMode": file.mode}


def _clean(path: str) -> str:
    cleaned = path.strip("/")
    if any(part in {"", ".", "..", ".git"} for part in cleaned.split("/")) and cleaned:
        raise AwsError("InvalidPathException", f"{path} is not a valid path")
    return cleaned
