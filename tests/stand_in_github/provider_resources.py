"""What every resource of the stand-in provider does: it is checked against its schema, or kept in an account too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from github_account import Account, NotFoundError, Owner, RefusedError, Repository
from plugin_schema import plugin_schema
from provider_schema import Block
from tf import iface
from tf.schema import Schema
from tf.types import Unknown
from tf.utils import Diagnostics

State = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """The account as one configured provider sees it."""

    account: Account
    scheme: str
    host: str
    owner: str
    authenticated: bool

    def read(self) -> Owner:
        """Return the owner as it is now."""
        return self.account.content().owner(self.host, self.owner)

    @contextmanager
    def changing(self) -> Iterator[Owner]:
        """Lend the owner; what was changed is kept, unless an error leaves the block.

        Raises:
            RefusedError: the provider has no credentials.
        """
        if not self.authenticated:
            raise RefusedError(401, "Requires authentication")
        with self.account.changing() as content:
            yield content.owner(self.host, self.owner)

    def web_address(self, repository: Repository) -> str:
        """Return the address of a repository's page."""
        return f"{self.scheme}://{self.host}/{repository['owner']}/{repository['name']}"


class SchemaChecked(iface.Resource):
    """A resource that can be validated and planned; to apply it is refused."""

    type_name: ClassVar[str]
    block: ClassVar[Block]
    replacing: ClassVar[frozenset[str]] = frozenset()
    _schema: ClassVar[Schema]

    def __init__(self, provider: Any) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        """Return the type without the provider's prefix."""
        return cls.type_name.removeprefix("github_")

    @classmethod
    def get_schema(cls) -> Schema:
        """Return the schema, made once."""
        if "_schema" not in cls.__dict__:
            cls._schema = plugin_schema(cls.block, cls.replacing)
        return cls._schema

    def create(self, ctx: iface.CreateContext, planned: State) -> State | None:
        """Refuse."""
        _only_checked(ctx.diagnostics, self.type_name)
        return None

    def read(self, ctx: iface.ReadContext, current: State) -> State | None:
        """Return the state."""
        return current

    def update(self, ctx: iface.UpdateContext, current: State, planned: State) -> State | None:
        """Refuse."""
        _only_checked(ctx.diagnostics, self.type_name)
        return current

    def delete(self, ctx: iface.DeleteContext, current: State) -> State | None:
        """Refuse."""
        _only_checked(ctx.diagnostics, self.type_name)
        return current


class Kept(SchemaChecked):
    """A resource that is kept in the account."""

    # What GitHub gives anew at a change of anything.
    renewed: ClassVar[frozenset[str]] = frozenset()

    def _create(self, owner: Owner, planned: State) -> State:
        """Make it, and return what GitHub then knows of it."""
        raise NotImplementedError

    def _read(self, owner: Owner, current: State) -> State:
        """Return what GitHub knows of it; NotFoundError where it is gone."""
        raise NotImplementedError

    def _update(self, owner: Owner, current: State, planned: State) -> State:
        """Change it, and return what GitHub then knows of it."""
        raise NotImplementedError

    def _delete(self, owner: Owner, current: State) -> None:
        """Remove it."""
        raise NotImplementedError

    def _identify(self, owner: Owner, id_: str) -> State:
        """Return the arguments by which an import finds it; RefusedError where it cannot."""
        raise RefusedError(422, f"the stand-in provider does not import {self.type_name}")

    def create(self, ctx: iface.CreateContext, planned: State) -> State | None:
        """Make it, unless GitHub would refuse."""
        with _refusals(ctx.diagnostics), self._access.changing() as owner:
            return completed(planned, self._create(owner, planned))
        return None

    def read(self, ctx: iface.ReadContext, current: State) -> State | None:
        """Return it as it is, None where it is gone."""
        try:
            return {**current, **self._known(self._read(self._access.read(), current))}
        except NotFoundError:
            return None

    def plan(self, ctx: iface.PlanContext, current: State | None, planned: State) -> State:
        """Say which values GitHub gives anew."""
        current = current or {}
        if not any(planned[name] != current.get(name) for name in planned):
            return planned
        renewed = self._renewed(ctx.changed_fields)
        return {name: Unknown if name in renewed else value for name, value in planned.items()}

    def update(self, ctx: iface.UpdateContext, current: State, planned: State) -> State | None:
        """Change it, unless GitHub would refuse."""
        with _refusals(ctx.diagnostics), self._access.changing() as owner:
            return completed(planned, self._update(owner, current, planned))
        return current

    def delete(self, ctx: iface.DeleteContext, current: State) -> State | None:
        """Remove it; what is gone already is no error."""
        with _refusals(ctx.diagnostics), self._access.changing() as owner:
            try:
                self._delete(owner, current)
            except NotFoundError:
                return None
            return None
        return current

    def import_(self, ctx: iface.ImportContext, id: str) -> State | None:
        """Find it by its id."""
        nothing: State = dict.fromkeys(self.block["attributes"]) | {name: [] for name in self.block["block_types"]}
        with _refusals(ctx.diagnostics):
            owner = self._access.read()
            state = {**nothing, **self._identify(owner, id)}
            return {**state, **self._known(self._read(owner, state))}
        return None

    def _renewed(self, changed: set[str]) -> frozenset[str]:
        return self.renewed

    def _known(self, values: State) -> State:
        return {name: value for name, value in values.items() if name in self._names}

    @property
    def _names(self) -> set[str]:
        return {*self.block["attributes"], *self.block["block_types"]}

    @property
    def _access(self) -> Access:
        access: Access = self.provider.access
        return access


class CheckedData(iface.DataSource):
    """A data source that can be validated; to read it is refused."""

    type_name: ClassVar[str]
    block: ClassVar[Block]

    def __init__(self, provider: Any) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        """Return the type without the provider's prefix."""
        return cls.type_name.removeprefix("github_")

    @classmethod
    def get_schema(cls) -> Schema:
        """Return the schema."""
        return plugin_schema(cls.block)

    def read(self, ctx: iface.ReadDataContext, config: State) -> State | None:
        """Refuse."""
        _only_checked(ctx.diagnostics, self.type_name)
        return None


def _only_checked(diagnostics: Diagnostics, type_name: str) -> None:
    diagnostics.add_error(
        f"{type_name} is only schema-checked here",
        "The stand-in GitHub provider knows its schema, and nothing of what GitHub does with it.",
    )


@contextmanager
def _refusals(diagnostics: Diagnostics) -> Iterator[None]:
    """Turn a refusal into a diagnostic."""
    try:
        yield
    except RefusedError as error:
        diagnostics.add_error("The stand-in for GitHub refuses", str(error))


def completed(planned: State, given: Mapping[str, Any]) -> State:
    """Return a planned state in which what was unknown is what GitHub gave, or nothing."""
    return {name: given.get(name) if value is Unknown else value for name, value in planned.items()}
