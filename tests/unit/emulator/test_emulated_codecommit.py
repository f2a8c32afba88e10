"""The emulated CodeCommit keeps the rules that a seeder meets at the real one."""

import base64
import json
from typing import Any

import pytest
from sagemaker_templates.emulator.call import Call, Place
from sagemaker_templates.emulator.supplement import codecommit
from sagemaker_templates.emulator.supplement.contract import AwsError

HERE = Place("111111111111", "us-east-1")
ELSEWHERE = Place("222222222222", "us-east-1")


class Client:
    """Sends operations straight to the supplement."""

    def __init__(self) -> None:
        self._supplement = codecommit.supplement()

    def __call__(self, operation: str, place: Place = HERE, **parameters: Any) -> dict[str, Any]:
        body = json.dumps(parameters).encode()
        call = Call(place, "codecommit", operation, "POST", "/", {}, body)
        return self._supplement.answers[operation](call)

    def reset(self) -> None:
        self._supplement.reset()


@pytest.fixture
def client() -> Client:
    client = Client()
    client("CreateRepository", repositoryName="abalone", tags={"team": "a"})
    return client


def _put(path: str, content: bytes = b"x", **more: str) -> dict[str, str]:
    return {"filePath": path, "fileContent": base64.b64encode(content).decode(), **more}


def _commit(client: Client, *files: dict[str, str], **more: Any) -> str:
    request = {"repositoryName": "abalone", "branchName": "main", "putFiles": list(files), **more}
    return str(client("CreateCommit", **request)["commitId"])


def test_a_repository_is_described_with_seconds_since_1970(client: Client) -> None:
    described = client("GetRepository", repositoryName="abalone")["repositoryMetadata"]
    assert isinstance(described["creationDate"], float)
    assert described["Arn"] == "arn:aws:codecommit:us-east-1:111111111111:abalone"
    assert "defaultBranch" not in described


def test_accounts_do_not_see_each_other(client: Client) -> None:
    with pytest.raises(AwsError, match="does not exist"):
        client("GetRepository", ELSEWHERE, repositoryName="abalone")
    client("CreateRepository", ELSEWHERE, repositoryName="abalone")
    assert len(client("ListRepositories", ELSEWHERE)["repositories"]) == 1


def test_a_name_is_taken_once_and_must_be_valid(client: Client) -> None:
    with pytest.raises(AwsError) as taken:
        client("CreateRepository", repositoryName="abalone")
    assert taken.value.code == "RepositoryNameExistsException"
    with pytest.raises(AwsError) as invalid:
        client("CreateRepository", repositoryName="no spaces")
    assert invalid.value.code == "InvalidRepositoryNameException"


def test_the_first_commit_makes_the_branch_and_the_default_branch(client: Client) -> None:
    assert client("ListBranches", repositoryName="abalone")["branches"] == []
    commit = _commit(client, _put("README.md"))
    assert client("ListBranches", repositoryName="abalone")["branches"] == ["main"]
    assert client("GetBranch", repositoryName="abalone", branchName="main")["branch"]["commitId"] == commit
    assert client("GetRepository", repositoryName="abalone")["repositoryMetadata"]["defaultBranch"] == "main"


def test_a_later_commit_must_name_the_tip(client: Client) -> None:
    first = _commit(client, _put("a"))
    second = _commit(client, _put("b"), parentCommitId=first)
    for parent, code in ((None, "ParentCommitIdRequired"), (first, "ParentCommitIdOutdated")):
        with pytest.raises(AwsError) as refused:
            _commit(client, _put("c"), parentCommitId=parent)
        assert refused.value.code == f"{code}Exception"
    parents = client("GetCommit", repositoryName="abalone", commitId=second)["commit"]["parents"]
    assert parents == [first]


def test_a_commit_holds_at_most_a_hundred_files(client: Client) -> None:
    with pytest.raises(AwsError) as refused:
        _commit(client, *(_put(f"file-{number}") for number in range(101)))
    assert refused.value.code == "MaximumFileEntriesExceededException"
    assert _commit(client, *(_put(f"file-{number}") for number in range(100)))


def test_a_commit_that_changes_nothing_is_refused(client: Client) -> None:
    first = _commit(client, _put("a"))
    with pytest.raises(AwsError) as refused:
        _commit(client, _put("a"), parentCommitId=first)
    assert refused.value.code == "NoChangeException"


@pytest.mark.parametrize("path", ["../a", "a/../b", "a//b", ".git/config"])
def test_paths_that_leave_the_repository_are_refused(client: Client, path: str) -> None:
    with pytest.raises(AwsError) as refused:
        _commit(client, _put(path))
    assert refused.value.code == "InvalidPathException"


def test_a_path_is_a_file_or_a_folder(client: Client) -> None:
    with pytest.raises(AwsError) as refused:
        _commit(client, _put("a"), _put("a/b"))
    assert refused.value.code == "FileNameConflictsWithDirectoryNameException"


def test_what_was_committed_can_be_read_back(client: Client) -> None:
    _commit(client, _put("src/run.sh", b"run\n", fileMode="EXECUTABLE"), _put("README.md", b"read\n"))
    file = client("GetFile", repositoryName="abalone", filePath="src/run.sh")
    assert base64.b64decode(file["fileContent"]) == b"run\n"
    assert file["fileMode"] == "EXECUTABLE"
    blob = client("GetBlob", repositoryName="abalone", blobId=file["blobId"])
    assert base64.b64decode(blob["content"]) == b"run\n"
    root = client("GetFolder", repositoryName="abalone", folderPath="/")
    assert [entry["absolutePath"] for entry in root["files"]] == ["README.md"]
    assert [folder["absolutePath"] for folder in root["subFolders"]] == ["src"]


def test_a_commit_deletes_files(client: Client) -> None:
    first = _commit(client, _put("a"), _put("b"))
    _commit(client, parentCommitId=first, deleteFiles=[{"filePath": "a"}])
    with pytest.raises(AwsError) as refused:
        client("GetFile", repositoryName="abalone", filePath="a")
    assert refused.value.code == "FileDoesNotExistException"
    kept = client("GetFile", repositoryName="abalone", filePath="a", commitSpecifier=first)
    assert kept["commitId"] == first


def test_tags_are_kept_changed_and_removed(client: Client) -> None:
    arn = "arn:aws:codecommit:us-east-1:111111111111:abalone"
    client("TagResource", resourceArn=arn, tags={"team": "b", "cost": "1"})
    client("UntagResource", resourceArn=arn, tagKeys=["cost"])
    assert client("ListTagsForResource", resourceArn=arn)["tags"] == {"team": "b"}


def test_a_reset_forgets_everything(client: Client) -> None:
    client.reset()
    assert client("ListRepositories")["repositories"] == []
