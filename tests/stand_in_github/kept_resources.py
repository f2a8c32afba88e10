"""The resources of GitHub that the stand-in provider keeps in an account; all others are only checked.

Names of arguments, ids and the arguments that replace a resource follow the provider's documentation
(https://registry.terraform.io/providers/integrations/github/6.9.0/docs).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from github_account import (
    MAIN,
    NotFoundError,
    Owner,
    RefusedError,
    Repository,
    assert_not_archived,
    branch_of,
    delete_file,
    write_file,
)
from provider_resources import CheckedData, Kept, SchemaChecked, State, completed
from provider_schema import Block
from tf.types import Unknown
from tf.utils import Diagnostics

REPOSITORY_NAME = re.compile(r"[-a-zA-Z0-9_.]{1,100}")


class KeptRepository(Kept):
    """github_repository."""

    type_name = "github_repository"
    renewed = frozenset({"etag"})

    _ADDRESSES = frozenset({"full_name", "html_url", "http_clone_url", "git_clone_url", "ssh_clone_url", "svn_url"})
    # Arguments to the provider, which GitHub does not know afterwards; and what GitHub alone decides.
    _NOT_SETTINGS = _ADDRESSES | {
        "archive_on_destroy",
        "auto_init",
        "default_branch",
        "etag",
        "gitignore_template",
        "id",
        "ignore_vulnerability_alerts_during_read",
        "license_template",
        "name",
        "node_id",
        "primary_language",
        "private",
        "repo_id",
        "template",
    }
    _DEFAULTS: ClassVar[State] = {
        "topics": [],
        "vulnerability_alerts": False,
        "fork": "false",
        "source_owner": "",
        "source_repo": "",
    }

    def validate(self, diags: Diagnostics, type_name: str, config: State) -> None:
        """Check the name, as the provider does."""
        super().validate(diags, type_name, config)
        name = config.get("name")
        if isinstance(name, str) and not REPOSITORY_NAME.fullmatch(name):
            diags.add_error(
                "Invalid repository name",
                f"{name!r}: at most 100 letters, digits, hyphens, underscores and periods",
                path=["name"],
            )

    def _create(self, owner: Owner, planned: State) -> State:
        if planned["default_branch"] not in (Unknown, None, MAIN):
            raise RefusedError(
                422, f"cannot set the default branch on a new repository to something other than {MAIN}"
            )
        settings = self._settings(planned)
        if planned["template"]:
            [template] = planned["template"]
            repository = owner.generate_repository(
                planned["name"], settings, template_owner=template["owner"], template=template["repository"]
            )
        else:
            repository = owner.create_repository(planned["name"], settings, first_commit=bool(planned["auto_init"]))
        return self._values(repository)

    def _read(self, owner: Owner, current: State) -> State:
        return self._values(owner.repository(current["name"]))

    def _update(self, owner: Owner, current: State, planned: State) -> State:
        repository = owner.repository(current["name"])
        settings = self._settings(planned)
        if settings.get("archived"):
            assert_not_archived(repository)
        if planned["name"].lower() != current["name"].lower() and owner.has_repository(planned["name"]):
            raise RefusedError(422, "Validation Failed: name already exists on this account")
        if (branch := planned["default_branch"]) != repository["default_branch"] and isinstance(branch, str):
            branch_of(repository, branch)
            repository["default_branch"] = branch
        repository["name"], repository["settings"] = planned["name"], settings
        return self._values(repository)

    def _delete(self, owner: Owner, current: State) -> None:
        repository = owner.repository(current["name"])
        if current["archive_on_destroy"]:
            repository["settings"]["archived"] = True
        else:
            owner.delete_repository(repository)

    def _identify(self, owner: Owner, id_: str) -> State:
        return {"name": owner.repository(id_)["name"]}

    def _renewed(self, changed: set[str]) -> frozenset[str]:
        renewed = self.renewed
        if "name" in changed:
            renewed |= self._ADDRESSES | {"id"}
        if changed & {"visibility", "private"}:
            renewed |= {"visibility", "private"} - changed
        return renewed

    def _settings(self, planned: State) -> State:
        settings = {
            name: value
            for name, value in planned.items()
            if name not in self._NOT_SETTINGS and value is not Unknown and value is not None
        }
        private = planned["private"] is True
        return {**self._DEFAULTS, "visibility": "private" if private else "public", **settings}

    def _values(self, repository: Repository) -> State:
        access = self._access
        address, name = access.web_address(repository), f"{repository['owner']}/{repository['name']}"
        settings = {"visibility": "public", **self._DEFAULTS, **repository["settings"]}
        described = json.dumps([repository["name"], repository["default_branch"], settings], sort_keys=True)
        return {
            **settings,
            "name": repository["name"],
            "id": repository["name"],
            "node_id": repository["node_id"],
            "repo_id": repository["id"],
            "default_branch": repository["default_branch"],
            "private": settings["visibility"] != "public",
            "etag": f'W/"{hashlib.sha256(described.encode()).hexdigest()}"',
            "full_name": name,
            "html_url": address,
            "http_clone_url": f"{address}.git",
            "svn_url": address,
            "git_clone_url": f"git://{access.host}/{name}.git",
            "ssh_clone_url": f"git@{access.host}:{name}.git",
            "primary_language": "",
        }


class KeptFile(Kept):
    """github_repository_file."""

    type_name = "github_repository_file"
    replacing = frozenset({"repository", "file", "branch"})
    renewed = frozenset({"sha", "commit_sha"})

    def _create(self, owner: Owner, planned: State) -> State:
        repository, branch = self._place(owner, planned)
        if planned["file"] in branch_of(repository, branch)["files"] and not planned["overwrite_on_create"]:
            raise RefusedError(422, "refusing to overwrite existing file: set overwrite_on_create to true to do so")
        return self._written(repository, branch, planned)

    def _read(self, owner: Owner, current: State) -> State:
        repository, branch = self._place(owner, current)
        files = branch_of(repository, branch)["files"]
        if current["file"] not in files:
            raise NotFoundError(f"{current['file']} in {repository['name']}")
        return {**files[current["file"]], "ref": branch, "id": self._id(current)}

    def _update(self, owner: Owner, current: State, planned: State) -> State:
        return self._written(*self._place(owner, planned), planned)

    def _delete(self, owner: Owner, current: State) -> None:
        repository, branch = self._place(owner, current)
        assert_not_archived(repository)
        delete_file(repository, branch, current["file"])

    def _identify(self, owner: Owner, id_: str) -> State:
        place, _, branch = id_.partition(":")
        repository, _, file = place.partition("/")
        return {"repository": repository, "file": file, "branch": branch or None}

    def _written(self, repository: Repository, branch: str, planned: State) -> State:
        assert_not_archived(repository)
        message = planned["commit_message"]
        if not isinstance(message, str):
            message = f"Add {planned['file']}"
        file = write_file(repository, branch, planned["file"], planned["content"], message)
        return {**file, "ref": branch, "id": self._id(planned)}

    @staticmethod
    def _place(owner: Owner, arguments: State) -> tuple[Repository, str]:
        repository = owner.repository(arguments["repository"])
        return repository, arguments["branch"] or repository["default_branch"]

    @staticmethod
    def _id(arguments: State) -> str:
        return f"{arguments['repository']}/{arguments['file']}"


class KeptBranch(Kept):
    """github_branch."""

    type_name = "github_branch"
    replacing = frozenset({"repository", "branch", "source_branch", "source_sha"})

    def _create(self, owner: Owner, planned: State) -> State:
        repository = owner.repository(planned["repository"])
        assert_not_archived(repository)
        if planned["branch"] in repository["branches"]:
            raise RefusedError(422, "Reference already exists")
        source = branch_of(repository, planned["source_branch"] or MAIN)
        repository["branches"][planned["branch"]] = json.loads(json.dumps(source))
        return {**self._read(owner, planned), "source_sha": source["sha"]}

    def _read(self, owner: Owner, current: State) -> State:
        branch = branch_of(owner.repository(current["repository"]), current["branch"])
        return {
            "id": f"{current['repository']}:{current['branch']}",
            "ref": f"refs/heads/{current['branch']}",
            "sha": branch["sha"],
            "etag": f'W/"{branch["sha"]}"',
        }

    def _delete(self, owner: Owner, current: State) -> None:
        owner.repository(current["repository"])["branches"].pop(current["branch"], None)


class KeptDefaultBranch(Kept):
    """github_branch_default."""

    type_name = "github_branch_default"
    replacing = frozenset({"repository"})
    renewed = frozenset({"etag"})

    def _create(self, owner: Owner, planned: State) -> State:
        repository = owner.repository(planned["repository"])
        assert_not_archived(repository)
        old, new = repository["default_branch"], planned["branch"]
        if planned["rename"] and new != old:
            repository["branches"][new] = repository["branches"].pop(old)
        branch_of(repository, new)
        repository["default_branch"] = new
        return self._read(owner, planned)

    def _read(self, owner: Owner, current: State) -> State:
        branch = owner.repository(current["repository"])["default_branch"]
        return {"branch": branch, "id": current["repository"], "etag": f'W/"{branch}"'}

    def _update(self, owner: Owner, current: State, planned: State) -> State:
        return self._create(owner, planned)

    def _delete(self, owner: Owner, current: State) -> None:
        owner.repository(current["repository"])["default_branch"] = MAIN

    def _identify(self, owner: Owner, id_: str) -> State:
        return {"repository": id_}


class KeptRule(Kept):
    """A rule or a grant on a repository: its arguments, kept as they are."""

    repository_argument: ClassVar[str] = "repository"
    # Arguments that tell a repository's rules of one type apart.
    key: ClassVar[tuple[str, ...]] = ()
    protects_branches: ClassVar[bool] = False

    def _create(self, owner: Owner, planned: State) -> State:
        repository = owner.repository(planned[self.repository_argument])
        assert_not_archived(repository)
        if self.protects_branches:
            owner.assert_branches_can_be_protected(repository)
            if self._key(planned) in self._rules(repository):
                raise RefusedError(422, f"Name already protected: {self._key(planned)}")
        given = self._given(owner.content.next_id(), planned)
        return self._keep(repository, completed(planned, given))

    def _read(self, owner: Owner, current: State) -> State:
        rules = self._rules(owner.repository(current[self.repository_argument]))
        if self._key(current) not in rules:
            raise NotFoundError(f"{self.type_name} {self._key(current)}")
        return {name: value for name, value in rules[self._key(current)].items() if name != self.repository_argument}

    def _update(self, owner: Owner, current: State, planned: State) -> State:
        repository = owner.repository(planned[self.repository_argument])
        assert_not_archived(repository)
        known = self._rules(repository).pop(self._key(current), current)
        return self._keep(repository, completed(planned, known))

    def _delete(self, owner: Owner, current: State) -> None:
        repository = owner.repository(current[self.repository_argument])
        assert_not_archived(repository)
        self._rules(repository).pop(self._key(current), None)

    def _identify(self, owner: Owner, id_: str) -> State:
        repository, *key = id_.split(":")
        return {self.repository_argument: repository, **dict(zip(self.key, key, strict=True))}

    def _keep(self, repository: Repository, state: State) -> State:
        self._rules(repository)[self._key(state)] = state
        return state

    def _rules(self, repository: Repository) -> dict[str, State]:
        rules: dict[str, State] = repository["rules"].setdefault(self.type_name, {})
        return rules

    def _key(self, arguments: Mapping[str, Any]) -> str:
        return ":".join(str(arguments[name]) for name in self.key)

    def _given(self, number: int, planned: State) -> State:
        return {
            "id": ":".join([planned[self.repository_argument], *([self._key(planned)] if self.key else [])]),
            "etag": f'W/"{number}"',
            "node_id": f"standin{number}",
            "ruleset_id": number,
            "invitation_id": str(number),
        }


class KeptBranchProtection(KeptRule):
    """github_branch_protection, whose repository is a name or a node id."""

    type_name = "github_branch_protection"
    repository_argument = "repository_id"
    replacing = frozenset({"repository_id"})
    key = ("pattern",)
    protects_branches = True

    def _given(self, number: int, planned: State) -> State:
        return {"id": f"BPR_standin{number}"}

    def _identify(self, owner: Owner, id_: str) -> State:
        """By name and pattern; what the provider then knows of the repository is its node id."""
        named = super()._identify(owner, id_)
        return {**named, self.repository_argument: owner.repository(named[self.repository_argument])["node_id"]}


class KeptBranchProtectionV3(KeptRule):
    """github_branch_protection_v3."""

    type_name = "github_branch_protection_v3"
    replacing = frozenset({"repository", "branch"})
    key = ("branch",)
    protects_branches = True


class KeptRuleset(KeptRule):
    """github_repository_ruleset."""

    type_name = "github_repository_ruleset"
    key = ("name",)
    protects_branches = True

    def _given(self, number: int, planned: State) -> State:
        return {**super()._given(number, planned), "id": str(number)}


class KeptSecurityUpdates(KeptRule):
    """github_repository_dependabot_security_updates."""

    type_name = "github_repository_dependabot_security_updates"
    replacing = frozenset({"repository"})


class KeptActionsPermissions(KeptRule):
    """github_actions_repository_permissions."""

    type_name = "github_actions_repository_permissions"
    replacing = frozenset({"repository"})


class KeptCollaborator(KeptRule):
    """github_repository_collaborator."""

    type_name = "github_repository_collaborator"
    replacing = frozenset({"repository", "username", "permission"})
    key = ("username",)


class KeptTeam(KeptRule):
    """github_team_repository."""

    type_name = "github_team_repository"
    replacing = frozenset({"repository", "team_id"})
    key = ("team_id",)

    def _given(self, number: int, planned: State) -> State:
        return {**super()._given(number, planned), "id": f"{planned['team_id']}:{planned['repository']}"}


KEPT: tuple[type[Kept], ...] = (
    KeptRepository,
    KeptFile,
    KeptBranch,
    KeptDefaultBranch,
    KeptBranchProtection,
    KeptBranchProtectionV3,
    KeptRuleset,
    KeptSecurityUpdates,
    KeptActionsPermissions,
    KeptCollaborator,
    KeptTeam,
)


def resource_types(schemas: Mapping[str, Block]) -> list[type[SchemaChecked]]:
    """Return a class for each resource of the provider."""
    kept = {kind.type_name: kind for kind in KEPT}
    return [
        type(name, (kept.get(name, SchemaChecked),), {"type_name": name, "block": block})
        for name, block in schemas.items()
    ]


def data_source_types(schemas: Mapping[str, Block]) -> list[type[CheckedData]]:
    """Return a class for each data source of the provider."""
    return [type(name, (CheckedData,), {"type_name": name, "block": block}) for name, block in schemas.items()]
