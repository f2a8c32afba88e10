"""A stand-in for Terraform's GitHub provider, for tests only: the real one is in no registry that they can reach.

It serves the schema that ``github_provider_schema.py`` rebuilds, so that Terraform itself refuses unknown, missing
and mistyped arguments. Behind it is a folder and not GitHub: one file per repository, file and branch protection. It
knows of GitHub's behaviour only what is written below: names are taken once, a template must be there, what is
destroyed is archived or deleted. Whatever is proved with it is schema-checked, and not tried with GitHub.

Usage: provider.py SCHEMA FOLDER. Runs in an environment of its own (requirements.txt).
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tf import types
from tf.gen import tfplugin_pb2
from tf.iface import (
    Config,
    CreateContext,
    DeleteContext,
    ImportContext,
    PlanContext,
    Provider,
    ReadContext,
    Resource,
    UpdateContext,
)
from tf.runner import run_provider
from tf.schema import Attribute, Block, NestedBlock, NestMode, Schema
from tf.utils import Diagnostics

State = dict[str, Any]
Attributes = dict[str, Any]

_SCALARS = {"string": types.String, "bool": types.Bool, "number": types.Number}
_COLLECTIONS = {"list": types.List, "set": types.Set, "map": types.Map}
_NESTING = {"list": "LIST", "set": "SET", "single": "SINGLE"}


class _Blocks(NestedBlock):
    """Nested blocks of any kind; the library has sets only."""

    def __init__(self, name: str, described: Attributes) -> None:
        # Terraform is told the kind by ``to_pb``.
        super().__init__(name, NestMode.Set, _block(described["block"]), int(described["required"]) or None)
        self._nesting = _NESTING[described["nesting"]]
        self.max_items = None if described["many"] else 1

    def to_pb(self) -> Any:
        message = super().to_pb()
        message.nesting = getattr(tfplugin_pb2.Schema.NestedBlock.NestingMode, self._nesting)
        return message

    def encode(self, value: Any) -> Any:
        return value

    def decode(self, value: Any) -> Any:
        return value

    def semantically_equal(self, a_decoded: Any, b_decoded: Any) -> bool:
        return bool(a_decoded == b_decoded)


def _type(described: Any) -> Any:
    if isinstance(described, str):
        return _SCALARS[described]()
    collection, inner = described
    return _COLLECTIONS[collection](_type(inner))


def _attributes(described: Attributes) -> list[Attribute]:
    return [
        Attribute(
            name,
            _type(one["type"]),
            required=one["required"],
            optional=one["optional"],
            computed=one["computed"],
            requires_replace=name in ("repository", "file", "branch"),
        )
        for name, one in described["attributes"].items()
    ]


def _block(described: Attributes) -> Block:
    return Block(_attributes(described), [_Blocks(name, one) for name, one in described["blocks"].items()])


def _schema(described: Attributes) -> Schema:
    return Schema(_attributes(described), 0, [_Blocks(name, one) for name, one in described["blocks"].items()])


class _Account:
    """What one configuration of the provider sees of the folder: one owner on one host."""

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self.owner = ""
        self.host = "github.com"
        self._folder = folder

    def enter(self, config: Config) -> None:
        """Begin to act for the owner that the configuration names."""
        self.owner = config["owner"] or ""
        if config["base_url"]:
            self.host = config["base_url"].split("//")[1].rstrip("/")
        self._folder = self._root / quote(self.host, safe="") / self.owner
        self._folder.mkdir(parents=True, exist_ok=True)
        self._note_credential(config)

    def repository(self, name: str) -> Path:
        """The file that stands for a repository."""
        return self._folder / f"{name}.repository.json"

    def path(self, kind: str, id_: str) -> Path:
        """The file that stands for something in a repository."""
        return self._folder / f"{quote(id_, safe='')}.{kind}.json"

    def _note_credential(self, config: Config) -> None:
        """Leave a digest behind by which a test can tell that the secret itself arrived."""
        app = config["app_auth"][0] if config["app_auth"] else None
        secret = app["pem_file"] if app else config["token"]
        if isinstance(secret, str):
            digest = hashlib.sha256(secret.encode()).hexdigest()
            (self._folder / "credential.sha256").write_text(digest, encoding="utf-8")


class _Stored(Resource):
    """What all resources have in common: they are read from the file that they were written to."""

    kind = ""
    described: Attributes

    def __init__(self, provider: "GitHub") -> None:
        self._account = provider.account

    @classmethod
    def get_name(cls) -> str:
        return cls.kind

    @classmethod
    def get_schema(cls) -> Schema:
        return _schema(cls.described)

    def plan(self, ctx: PlanContext, current_state: State, planned_state: State) -> State:
        return planned_state

    def create(self, ctx: CreateContext, planned_state: State) -> State | None:
        if not self._may_create(ctx.diagnostics, planned_state):
            return None
        return self._write({**_known(planned_state), **self._computed(planned_state)})

    def read(self, ctx: ReadContext, current_state: State) -> State | None:
        file = self._file(current_state)
        if not file.exists():
            return None
        stored = json.loads(file.read_text(encoding="utf-8"))
        return {**self._nothing(), **stored, **self._computed(stored)}

    def update(self, ctx: UpdateContext, current_state: State, planned_state: State) -> State | None:
        return self._write({**_known(planned_state), **self._computed(planned_state)})

    def delete(self, ctx: DeleteContext, current_state: State) -> None:
        self._file(current_state).unlink(missing_ok=True)

    @classmethod
    def _nothing(cls) -> State:
        """What Terraform wants to hear of where there is nothing."""
        return dict.fromkeys(cls.described["attributes"]) | {name: [] for name in cls.described["blocks"]}

    def _write(self, state: State) -> State:
        self._file(state).write_text(json.dumps(state), encoding="utf-8")
        return state

    def _file(self, state: State) -> Path:
        raise NotImplementedError

    def _computed(self, state: State) -> State:
        raise NotImplementedError

    def _may_create(self, diagnostics: Diagnostics, state: State) -> bool:
        return True


class _Repository(_Stored):
    kind = "repository"

    def _file(self, state: State) -> Path:
        return self._account.repository(state["name"])

    def _computed(self, state: State) -> State:
        full_name = f"{self._account.owner}/{state['name']}"
        return {
            "id": state["name"],
            "full_name": full_name,
            "node_id": f"node:{full_name}",
            "html_url": f"https://{self._account.host}/{full_name}",
            "http_clone_url": f"https://{self._account.host}/{full_name}.git",
        }

    def _may_create(self, diagnostics: Diagnostics, state: State) -> bool:
        if self._file(state).exists():
            diagnostics.add_error("422 Repository creation failed.", "name already exists on this account")
        for template in state["template"]:
            if not self._account.repository(template["repository"]).exists():
                diagnostics.add_error("404 Not Found", f"there is no template {template['repository']}")
        return not diagnostics.has_errors()

    def delete(self, ctx: DeleteContext, current_state: State) -> None:
        if current_state["archive_on_destroy"]:
            self._write({**current_state, "archived": True})
        else:
            super().delete(ctx, current_state)

    def import_(self, ctx: ImportContext, id_: str) -> State:
        """Name it: Terraform then reads it."""
        return {**self._nothing(), "name": id_, "id": id_}


class _RepositoryFile(_Stored):
    kind = "repository_file"

    def _file(self, state: State) -> Path:
        return self._account.path("file", f"{state['repository']}/{state['file']}")

    def _computed(self, state: State) -> State:
        sha = hashlib.sha256(state["content"].encode()).hexdigest()
        return {"id": f"{state['repository']}/{state['file']}", "ref": state["branch"], "sha": sha, "commit_sha": sha}

    def _may_create(self, diagnostics: Diagnostics, state: State) -> bool:
        if not self._account.repository(state["repository"]).exists():
            diagnostics.add_error("404 Not Found", f"there is no repository {state['repository']}")
        return not diagnostics.has_errors()


class _BranchProtection(_Stored):
    kind = "branch_protection"

    def _file(self, state: State) -> Path:
        return self._account.path("protection", f"{state['repository_id']}:{state['pattern']}")

    def _computed(self, state: State) -> State:
        return {"id": f"{state['repository_id']}:{state['pattern']}"}


def _known(state: State) -> State:
    return {name: None if value is types.Unknown else value for name, value in state.items()}


class GitHub(Provider):
    """The provider."""

    def __init__(self, schema: Attributes, account: _Account) -> None:
        self._schema = schema
        self.account = account
        self._resources = [_Repository, _RepositoryFile, _BranchProtection]
        for resource in self._resources:
            resource.described = schema["resources"][f"github_{resource.kind}"]

    def get_model_prefix(self) -> str:
        return "github_"

    def full_name(self) -> str:
        return "registry.terraform.io/integrations/github"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        return _schema(self._schema["provider"])

    def validate_config(self, diags: Diagnostics, config: Config) -> None:
        """Check nothing: an ephemeral token is not known yet."""

    def configure_provider(self, diags: Diagnostics, config: Config) -> None:
        self.account.enter(config)

    def get_resources(self) -> list[Any]:
        return list(self._resources)

    def get_data_sources(self) -> list[Any]:
        return []


if __name__ == "__main__":
    SCHEMA, FOLDER = Path(sys.argv[1]), Path(sys.argv[2])
    run_provider(GitHub(json.loads(SCHEMA.read_text(encoding="utf-8")), _Account(FOLDER)), [sys.argv[0]])
