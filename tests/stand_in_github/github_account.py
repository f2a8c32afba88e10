"""What GitHub would keep: repositories with their branches, files and rules, in one JSON file on disk.

Tests read and change the file through this module too: what they change there is what Terraform finds at its next
plan. The refusals are ours. They are worded after GitHub's REST documentation (https://docs.github.com/rest), and
cover only what the tests rely on.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAIN = "main"

# Names the file, for the provider's process.
ACCOUNT_VARIABLE = "STAND_IN_GITHUB_ACCOUNT"

# A repository as it lies in the file: host, owner, name, id, node_id, settings, default_branch, branches, rules.
Repository = dict[str, Any]


class RefusedError(Exception):
    """GitHub would refuse the request; the message is its status and what it says."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")


class NotFoundError(RefusedError):
    """There is nothing of that name."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"Not Found: {what}")


@dataclass(frozen=True)
class Account:
    """The file, which several processes may use at once."""

    file: Path

    @contextmanager
    def changing(self) -> Iterator["Content"]:
        """Lend the content; what was changed is written, unless an error leaves the block."""
        with self._lock(fcntl.LOCK_EX):
            content = self._read()
            yield content
            written = self.file.with_suffix(".new")
            written.write_text(json.dumps(content.data, indent=1, sort_keys=True))
            written.replace(self.file)

    def content(self) -> "Content":
        """Return the content as it is now."""
        with self._lock(fcntl.LOCK_SH):
            return self._read()

    def _read(self) -> "Content":
        return Content(json.loads(self.file.read_text()) if self.file.exists() else {})

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        with self.file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, kind)
            yield


class Content:
    """Everything in the file."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        for key, empty in (("repositories", []), ("personal", {}), ("authentications", {})):
            data.setdefault(key, empty)

    @property
    def repositories(self) -> list[Repository]:
        """All repositories of all owners and hosts."""
        found: list[Repository] = self.data["repositories"]
        return found

    def owner(self, host: str, name: str) -> "Owner":
        """Return an owner on a host, such as github.com; owners need not be made first."""
        return Owner(self, host, name)

    def add_personal_account(self, host: str, name: str, *, paid: bool = False) -> None:
        """Say that an owner is a person; an owner is an organization with a paid plan unless this is said."""
        self.data["personal"][f"{host}/{name}"] = {"paid": paid}

    def remember_authentication(self, host: str, owner: str, method: str, secret: str | None) -> None:
        """Note how a provider authenticated; the secret is kept as a salted digest only."""
        noted = {"method": method}
        if secret is not None:
            salt = os.urandom(16).hex()
            noted |= {"salt": salt, "digest": _digest(salt, secret)}
        self.data["authentications"][f"{host}/{owner}"] = noted

    def authentication(self, host: str, owner: str) -> str | None:
        """Return how a provider authenticated last: token, app, anonymous, or None where none was configured."""
        noted = self.data["authentications"].get(f"{host}/{owner}")
        return noted["method"] if noted else None

    def received(self, host: str, owner: str, secret: str) -> bool:
        """Tell whether exactly this secret reached the provider."""
        noted = self.data["authentications"].get(f"{host}/{owner}", {})
        return "digest" in noted and noted["digest"] == _digest(noted["salt"], secret)

    def next_id(self) -> int:
        """Return a number that nothing else has."""
        self.data["last_id"] = self.data.get("last_id", 1000) + 1
        return int(self.data["last_id"])


@dataclass(frozen=True)
class Owner:
    """A person or an organization on github.com or a GitHub Enterprise Server."""

    content: Content
    host: str
    name: str

    def repository(self, reference: str) -> Repository:
        """Return a repository by its name, in any case, or by its node id.

        Raises:
            NotFoundError: the owner has none such.
        """
        for repository in self.content.repositories:
            ours = (repository["host"], repository["owner"].lower()) == (self.host, self.name.lower())
            if ours and (repository["name"].lower() == reference.lower() or repository["node_id"] == reference):
                return repository
        raise NotFoundError(f"repository {self.name}/{reference} on {self.host}")

    def has_repository(self, name: str) -> bool:
        """Tell whether a name is taken."""
        try:
            self.repository(name)
        except NotFoundError:
            return False
        return True

    def create_repository(self, name: str, settings: Mapping[str, Any], *, first_commit: bool = False) -> Repository:
        """Create a repository; with a first commit it has the branch main and a README.

        Raises:
            RefusedError: the owner has one of that name.
        """
        self._assert_free(name, "Repository creation failed: name already exists on this account")
        number = self.content.next_id()
        repository: Repository = {
            "host": self.host,
            "owner": self.name,
            "name": name,
            "id": number,
            "node_id": f"R_standin{number}",
            "settings": dict(settings),
            "default_branch": MAIN,
            "branches": {},
            "rules": {},
        }
        self.content.repositories.append(repository)
        if first_commit:
            repository["branches"][MAIN] = {"sha": _sha(name), "files": {}}
            write_file(repository, MAIN, "README.md", f"# {name}\n", "Initial commit")
        return repository

    def generate_repository(
        self, name: str, settings: Mapping[str, Any], *, template_owner: str, template: str
    ) -> Repository:
        """Create a repository from a template repository on the same host: its default branch, in one commit.

        Raises:
            RefusedError: there is no such repository, it is no template, or the name is taken.
        """
        source = Owner(self.content, self.host, template_owner).repository(template)
        if not source["settings"].get("is_template"):
            raise RefusedError(422, f"{template_owner}/{template} is not a template repository")
        self._assert_free(name, "Could not clone: Name already exists on this account")
        repository = self.create_repository(name, settings)
        branch = source["default_branch"]
        if branch in source["branches"]:
            repository["default_branch"] = branch
            repository["branches"][branch] = {"sha": _sha(name), "files": {}}
            for path, file in source["branches"][branch]["files"].items():
                write_file(repository, branch, path, file["content"], "Initial commit")
        return repository

    def delete_repository(self, repository: Repository) -> None:
        """Delete a repository with all that is in it."""
        self.content.repositories.remove(repository)

    def assert_branches_can_be_protected(self, repository: Repository) -> None:
        """Refuse what a person's account without a paid plan may not do with a private repository.

        Raises:
            RefusedError: the repository is private and its owner is such an account.
        """
        personal = self.content.data["personal"].get(f"{self.host}/{self.name}")
        if personal and not personal["paid"] and repository["settings"].get("visibility") == "private":
            raise RefusedError(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.")

    def _assert_free(self, name: str, refusal: str) -> None:
        if self.has_repository(name):
            raise RefusedError(422, refusal)


def assert_not_archived(repository: Repository) -> None:
    """Refuse to change what is archived.

    Raises:
        RefusedError: the repository is archived.
    """
    if repository["settings"].get("archived"):
        raise RefusedError(403, "Repository was archived so is read-only.")


def branch_of(repository: Repository, name: str) -> dict[str, Any]:
    """Return a branch: its ``sha`` and its ``files`` by path.

    Raises:
        NotFoundError: the repository has none such.
    """
    if name not in repository["branches"]:
        raise NotFoundError(f"branch {name} of {repository['owner']}/{repository['name']}")
    branch: dict[str, Any] = repository["branches"][name]
    return branch


def write_file(repository: Repository, branch: str, path: str, content: str, message: str) -> dict[str, Any]:
    """Commit a file on a branch, and return it: content, sha, commit_sha and commit_message."""
    found = branch_of(repository, branch)
    blob = content.encode()
    sha = hashlib.sha1(b"blob %d\0" % len(blob) + blob, usedforsecurity=False).hexdigest()
    commit = _sha(found["sha"], path, sha, message)
    file = {"content": content, "sha": sha, "commit_sha": commit, "commit_message": message}
    found["files"][path] = file
    found["sha"] = commit
    return file


def delete_file(repository: Repository, branch: str, path: str) -> None:
    """Commit the removal of a file, which may be gone already."""
    found = branch_of(repository, branch)
    if found["files"].pop(path, None):
        found["sha"] = _sha(found["sha"], path, "removed")


def _sha(*parts: str) -> str:
    return hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()


def _digest(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()
