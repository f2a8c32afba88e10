"""Reads manifests of Seed-Farmer: modules, and deployments with their groups and target accounts.

Their form: https://seed-farmer.readthedocs.io/en/latest/reference/manifests/
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sagemaker_templates.conversion.names import field_of
from sagemaker_templates.conversion.record import Origin
from sagemaker_templates.settings.document import Entry, ListNode, MapNode, Node, Refused, Scalar, kind, read_all
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.spelling import quoted

_OURS = "sagemaker-templates"
_PROJECT_FILE = "seedfarmer.yaml"
_REGISTERS = "sagemaker-templates-service-catalog"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a module.

    Attributes:
        field: its name in snake_case.
        origin: where it is, by its name as typed.
        node: its value, or what its ``valueFrom`` holds.
        is_reference: whether it is the latter.
        resolves: whether ``${NAME}`` in it stands for a variable.
    """

    field: str
    origin: Origin
    node: Node
    is_reference: bool = False
    resolves: bool = True


@dataclass(frozen=True)
class Module:
    """One module.

    Attributes:
        others: its further keys.
        group: the name of its group; empty where its file was given by itself.
    """

    name: str
    path: str
    origin: Origin
    parameters: tuple[Parameter, ...]
    target_account: Scalar | None = None
    target_region: Scalar | None = None
    others: tuple[Entry, ...] = ()
    group: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it makes a SageMaker project: by its path, or, where a team has moved it, by what it is told."""
        return _last_part(self.path) == _OURS or any(one.field == "project_template_type" for one in self.parameters)

    @property
    def why_left(self) -> str:
        """Why it is no project."""
        if _last_part(self.path) == _REGISTERS:
            return "offers templates in Service Catalog and makes no project itself"
        return f"is no module of {_OURS}: its path is {quoted(self.path)}"


@dataclass(frozen=True)
class RegionMapping:
    """A region of a target account, and the values that parameters may look up for it."""

    origin: Origin
    region: Node
    default: bool
    parameters: MapNode | None


@dataclass(frozen=True)
class Account:
    """A target account, and the values that parameters may look up for it."""

    alias: str
    origin: Origin
    account_id: Entry | None
    default: bool
    parameters: MapNode | None
    regions: tuple[RegionMapping, ...]


@dataclass
class Manifests:
    """All that was read; ``deployment`` is the name of the deployment, where one was read that has a name."""

    modules: list[Module] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    deployments: list[MapNode] = field(default_factory=list)
    deployment: str = ""


def read_manifests(files: Iterable[Path], report: Report) -> Manifests:
    """Read manifests, and those of the groups of each deployment."""
    reading = _Reading(report)
    for file in files:
        reading.file(file, "")
    return reading.found


def get(node: MapNode, wanted: str) -> Entry | None:
    """The entry of a field; Seed-Farmer takes camelCase and snake_case."""
    return next((entry for entry in node if field_of(entry.key) == wanted), None)


def origin_of(entry: Entry, prefix: str = "") -> Origin:
    """Where an entry is."""
    return Origin(entry.file, entry.line, prefix + entry.key)


class _Reading:
    def __init__(self, report: Report) -> None:
        self.found = Manifests()
        self._report = report
        self._seen: set[Path] = set()

    def file(self, file: Path, group: str) -> None:
        if file.resolve() in self._seen:
            return
        self._seen.add(file.resolve())
        before = len(self.found.modules) + len(self.found.deployments)
        documents = read_all(file, self._report)
        for node in documents:
            self._document(node, group)
        if file.is_file() and not documents and before == len(self.found.modules) + len(self.found.deployments):
            self._report.add(file, None, None, "holds no manifest")

    def _document(self, node: MapNode, group: str) -> None:
        if get(node, "groups") or get(node, "target_account_mappings"):
            self._deployment(node)
        elif get(node, "path"):
            self._module(node, group)
        else:
            needed = "a module has name and path, a deployment groups and targetAccountMappings"
            self._report.add(node.file, node.line, None, f"is no manifest of Seed-Farmer: {needed}")

    def _module(self, node: MapNode, group: str) -> None:
        name, path = self._text(node, "name", needed=True), self._text(node, "path", needed=True)
        if name is None or path is None:
            return
        entry = get(node, "parameters")
        known = ("name", "path", "parameters", "target_account", "target_region")
        self.found.modules.append(
            Module(
                name,
                path,
                Origin(node.file, node.line, name),
                tuple(self._parameters(entry)) if entry else (),
                self._scalar(node, "target_account"),
                self._scalar(node, "target_region"),
                tuple(one for one in node if field_of(one.key) not in known),
                group,
            )
        )

    def _parameters(self, entry: Entry) -> Iterator[Parameter]:
        first: dict[str, Parameter] = {}
        for node in self._list(entry):
            parameter = self._parameter(node) if isinstance(node, MapNode) else None
            if not isinstance(node, (MapNode, Refused)):
                self._wrong(entry, node, "a map with name, and value or valueFrom")
            if parameter is None:
                continue
            same = first.setdefault(parameter.field, parameter)
            if same is parameter:
                yield parameter
            else:
                message = f"is given twice; first on line {same.origin.line} as {quoted(same.origin.key)}"
                self._report.add(parameter.origin.file, parameter.origin.line, parameter.origin.key, message)

    def _parameter(self, node: MapNode) -> Parameter | None:
        name = self._text(node, "name", needed=True)
        if name is None:
            return None
        given, reference = get(node, "value"), get(node, "value_from")
        origin = Origin(node.file, node.line, name)
        if (given is None) == (reference is None):
            self._report.add(node.file, node.line, name, "needs either value or valueFrom")
            return None
        literal = get(node, "disable_env_var_resolution")
        resolves = not (literal and isinstance(literal.value, Scalar) and literal.value.value is True)
        entry = given or reference
        return Parameter(field_of(name), origin, entry.value, given is None, resolves) if entry else None

    def _deployment(self, node: MapNode) -> None:
        self.found.deployments.append(node)
        self.found.deployment = self.found.deployment or self._text(node, "name") or ""
        for account in self._list(get(node, "target_account_mappings")):
            if isinstance(account, MapNode):
                self._account(account)
        for group in self._list(get(node, "groups")):
            if isinstance(group, MapNode):
                self._group(group)

    def _account(self, node: MapNode) -> None:
        alias = self._text(node, "alias", needed=True)
        if alias is None:
            return
        if any(account.alias == alias for account in self.found.accounts):
            self._report.add(node.file, node.line, "alias", f"{quoted(alias)} is given twice")
            return
        mappings = get(node, "region_mappings")
        regions = [self._region(one) for one in self._list(mappings) if isinstance(one, MapNode)]
        self.found.accounts.append(
            Account(
                alias,
                Origin(node.file, node.line, alias),
                get(node, "account_id"),
                _is_default(node),
                _map(node, "parameters_global"),
                tuple(one for one in regions if one),
            )
        )

    def _region(self, node: MapNode) -> RegionMapping | None:
        entry = get(node, "region")
        if entry is None:
            self._report.add(node.file, node.line, "region", "is required")
            return None
        return RegionMapping(origin_of(entry), entry.value, _is_default(node), _map(node, "parameters_regional"))

    def _group(self, node: MapNode) -> None:
        name, path = self._text(node, "name") or "", get(node, "path")
        for module in self._list(get(node, "modules")):
            if isinstance(module, MapNode):
                self._module(module, name)
        if path is None or not isinstance(path.value, Scalar):
            return
        file = _found(path.value.text, node.file)
        if file is None:
            where = f"it is looked for from here and from the folders above {node.file.as_posix()}"
            self._report.add(
                path.file, path.line, f"groups.{path.key}", f"{quoted(path.value.text)} is no file; {where}"
            )
            return
        self.file(file, name)

    def _text(self, node: MapNode, wanted: str, needed: bool = False) -> str | None:
        scalar = self._scalar(node, wanted, needed)
        return scalar.text if scalar else None

    def _scalar(self, node: MapNode, wanted: str, needed: bool = False) -> Scalar | None:
        entry = get(node, wanted)
        if entry is None:
            if needed:
                self._report.add(node.file, node.line, wanted, "is required")
            return None
        if isinstance(entry.value, Scalar) and entry.value.text:
            return entry.value
        self._wrong(entry, entry.value, "text")
        return None

    def _list(self, entry: Entry | None) -> tuple[Node, ...]:
        if entry is None or isinstance(entry.value, Refused):
            return ()
        if isinstance(entry.value, ListNode):
            return entry.value.items
        if not (isinstance(entry.value, Scalar) and entry.value.value is None):
            self._wrong(entry, entry.value, "a list")
        return ()

    def _wrong(self, entry: Entry, node: Node, allowed: str) -> None:
        if not isinstance(node, Refused):
            self._report.add(node.file, node.line, entry.key, f"{kind(node)} is not allowed; allowed: {allowed}")


def _is_default(node: MapNode) -> bool:
    entry = get(node, "default")
    return entry is not None and isinstance(entry.value, Scalar) and entry.value.value is True


def _map(node: MapNode, wanted: str) -> MapNode | None:
    entry = get(node, wanted)
    return entry.value if entry and isinstance(entry.value, MapNode) else None


def _last_part(path: str) -> str:
    """The folder that a path ends in: ``x`` of ``git::https://…//a/x?ref=1`` and of ``archive::…?module=a/x``."""
    in_archive = re.search(r"[?&]module=([^&]+)", path)
    plain = in_archive.group(1) if in_archive else path.partition("?")[0]
    return plain.rstrip("/").rpartition("/")[2]


def _found(path: str, deployment: Path) -> Path | None:
    """A group's file: its path begins at Seed-Farmer's project, which is here or above the deployment's manifest."""
    folders = [Path(), *deployment.parents]
    above = [folder for folder in deployment.resolve().parents if (folder / _PROJECT_FILE).is_file()]
    return next((folder / path for folder in [*folders, *above] if (folder / path).is_file()), None)
