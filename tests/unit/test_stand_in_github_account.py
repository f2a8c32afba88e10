"""The account that stands in for GitHub refuses what it should, loses nothing and keeps no secret."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from github_account import (
    Account,
    NotFoundError,
    Owner,
    RefusedError,
    assert_not_archived,
    branch_of,
    write_file,
)

HOST, OWNER = "github.com", "octo-org"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "account.json")


@pytest.fixture
def owner(account: Account) -> Owner:
    return account.content().owner(HOST, OWNER)


@pytest.mark.parametrize("name", ["abalone-build", "Abalone-BUILD"])
def test_a_name_is_taken_in_any_case(owner: Owner, name: str) -> None:
    owner.create_repository("abalone-build", {})
    with pytest.raises(RefusedError, match=r"422 .*already exists"):
        owner.create_repository(name, {})
    assert not owner.content.owner("github.example.com", OWNER).has_repository(name)
    assert not owner.content.owner(HOST, "somebody-else").has_repository(name)


def test_a_repository_is_found_by_its_node_id_and_gone_once_deleted(owner: Owner) -> None:
    repository = owner.create_repository("abalone-build", {})
    assert owner.repository(repository["node_id"]) is repository
    owner.delete_repository(repository)
    with pytest.raises(NotFoundError, match=r"404 .*octo-org/abalone-build on github.com"):
        owner.repository("abalone-build")


def test_a_generated_repository_has_the_templates_files(owner: Owner) -> None:
    template = owner.create_repository("template", {"is_template": True}, first_commit=True)
    write_file(template, "main", "pipeline.py", "print()\n", "Add pipeline.py")
    made = owner.generate_repository("abalone-build", {}, template_owner=OWNER, template="template")
    files = branch_of(made, "main")["files"]
    assert {path: file["content"] for path, file in files.items()} == {
        "README.md": "# template\n",
        "pipeline.py": "print()\n",
    }


def test_only_a_template_generates_and_only_an_existing_one(owner: Owner) -> None:
    owner.create_repository("plain", {})
    with pytest.raises(RefusedError, match="422 octo-org/plain is not a template repository"):
        owner.generate_repository("abalone-build", {}, template_owner=OWNER, template="plain")
    with pytest.raises(NotFoundError):
        owner.generate_repository("abalone-build", {}, template_owner=OWNER, template="missing")
    assert not owner.has_repository("abalone-build")


def test_a_files_sha_is_gits(owner: Owner) -> None:
    repository = owner.create_repository("abalone-build", {}, first_commit=True)
    # As `printf 'hello\n' | git hash-object --stdin` prints it.
    assert (
        write_file(repository, "main", "a", "hello\n", "Add a")["sha"] == "ce013625030ba8dba906f756967f9e9ca394464a"
    )


def test_an_empty_repository_has_no_branch_to_write_on(owner: Owner) -> None:
    with pytest.raises(NotFoundError, match="branch main"):
        write_file(owner.create_repository("abalone-build", {}), "main", "a", "", "Add a")


def test_what_is_archived_is_not_changed(owner: Owner) -> None:
    assert_not_archived(owner.create_repository("live", {}))
    with pytest.raises(RefusedError, match=r"403 .*read-only"):
        assert_not_archived(owner.create_repository("old", {"archived": True}))


@pytest.mark.parametrize(
    ("visibility", "paid", "refused"),
    [("private", False, True), ("private", True, False), ("public", False, False)],
)
def test_a_person_needs_a_plan_to_protect_a_private_repository(
    owner: Owner, visibility: str, paid: bool, refused: bool
) -> None:
    owner.content.add_personal_account(HOST, OWNER, paid=paid)
    repository = owner.create_repository("abalone-build", {"visibility": visibility})
    if refused:
        with pytest.raises(RefusedError, match="403 Upgrade to GitHub Pro"):
            owner.assert_branches_can_be_protected(repository)
    else:
        owner.assert_branches_can_be_protected(repository)


def test_an_error_leaves_the_file_as_it_was(account: Account) -> None:
    with pytest.raises(RefusedError), account.changing() as content:
        content.owner(HOST, OWNER).create_repository("abalone-build", {})
        raise RefusedError(500, "")
    assert account.content().repositories == []


def test_of_changes_at_the_same_time_none_is_lost(account: Account) -> None:
    def create(number: int) -> None:
        with account.changing() as content:
            content.owner(HOST, OWNER).create_repository(f"r{number}", {})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(create, range(40)))
    repositories = account.content().repositories
    assert {repository["name"] for repository in repositories} == {f"r{number}" for number in range(40)}
    assert len({repository["id"] for repository in repositories}) == 40


def test_a_secret_is_recognized_and_not_kept(account: Account) -> None:
    with account.changing() as content:
        content.remember_authentication(HOST, OWNER, "token", "ghp_Recognizable")
    content = account.content()
    assert content.authentication(HOST, OWNER) == "token"
    assert content.received(HOST, OWNER, "ghp_Recognizable")
    assert not content.received(HOST, OWNER, "ghp_Other")
    assert not content.received(HOST, "somebody-else", "ghp_Recognizable")
    assert "Recognizable" not in account.file.read_text()
