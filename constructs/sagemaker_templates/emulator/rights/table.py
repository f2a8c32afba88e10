"""Which rights each operation needs: the files in ``operations/``, one for each service.

A file says, in YAML:

``source``
    AWS's page about the service's actions.
``actions``
    how its actions begin, where that is not the file's name.
``resources``
    types of resources and their ARNs, as that page has them; with ``keys`` for condition keys that say what is known
    of the resource. ``tagged`` lists the types that have tags, ``resource-tags`` the keys that hold them.
``operations``
    what each operation needs, one right or several (``Need`` says what of). ``not-in-models`` has those that no SDK
    has.

Text in angle brackets is a value of the request: ``<VpcConfig.Subnets[]>`` a parameter, ``<@account>`` a fact that is
looked up (``facts/``). A text that has several values stands for several texts; one without a value, for none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("operations")
ANY = "any"
"""Instead of a resource's type: the request names the resource by its ARN, of whatever type it is."""

_RESOURCE_TAGS = ("aws:ResourceTag",)
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class NotInTable(LookupError):  # noqa: N818 - what happened, in the words of a refusal
    """An operation of which nobody has said what rights it needs: it is refused."""

    def __init__(self, service: str, operation: str) -> None:
        super().__init__(f"the emulator does not know which rights {service} {operation} needs")
        self.service = service
        self.operation = operation


@dataclass(frozen=True)
class ResourceType:
    """A type of resources.

    Attributes:
        arn: as AWS's page has it: ``arn:${Partition}:sqs:${Region}:${Account}:${QueueName}``.
        keys: condition keys that come with such a resource, and their values.
        tag_keys: condition keys that its tags are found under, before a slash and the tag's key.
    """

    arn: str
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tag_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """That a parameter is given, or that it has one of some values."""

    path: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Need:
    """One right, which an operation needs on one resource or several.

    Attributes:
        action: in IAM's spelling.
        resources: texts for the part of an ARN that names the resource, by the resource's type with its service. An
            ARN stays what it is. Where no text has a value, the right to all resources is needed.
        keys: condition keys, and their values.
        tags: the parameter with tags that the request gives (``aws:RequestTag``).
        untags: the parameter with tags, or keys of tags, that it takes away (``aws:TagKeys``).
        object_tags: the parameter with tags that it gives to an object (``s3:RequestObjectTag``).
        encryption_context: the parameter with a context of encryption (``kms:EncryptionContext``).
        tag_keys: other condition keys for the resource's tags than its type says.
        when: what has to be so for the right to be needed.
        unless: what must not be so.
        each: the list of which every element needs the right; paths begin there.
        named: what an element is called, of a list of plain values.
        via: the service that asks in the caller's name, as ``s3``.
        source: AWS's page that says so, where the service's does not.
    """

    action: str
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: str | None = None
    untags: str | None = None
    object_tags: str | None = None
    encryption_context: str | None = None
    tag_keys: tuple[str, ...] | None = None
    when: tuple[Requirement, ...] = ()
    unless: tuple[Requirement, ...] = ()
    each: str | None = None
    named: str | None = None
    via: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Operation:
    """What an operation needs.

    Attributes:
        nothing: why it needs nothing, for one that does not.
        in_models: whether SDKs have it.
    """

    needs: tuple[Need, ...]
    nothing: str | None = None
    in_models: bool = True


@dataclass(frozen=True)
class Service:
    """One file."""

    source: str
    resources: Mapping[str, ResourceType]
    operations: Mapping[str, Operation]


def services() -> list[str]:
    """Return botocore's names of the services that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def operation(service: str, name: str) -> Operation:
    """Return what an operation needs.

    Raises:
        NotInTable: nobody has said it.
    """
    try:
        return table(service).operations[name]
    except (FileNotFoundError, KeyError):
        raise NotInTable(service, name) from None


def resource_type(kind: str) -> ResourceType:
    """Return a type by its name with its service, as ``iam:role``."""
    service, _, name = kind.partition(":")
    return table(service).resources[name]


@cache
def table(service: str) -> Service:
    """Read a service's file.

    Raises:
        FileNotFoundError: the service has none.
    """
    with (FOLDER / f"{service}.yaml").open(encoding="utf-8") as file:
        given: dict[str, Any] = yaml.load(file, Loader=_LOADER)  # noqa: S506 - the safe loader, in C
    prefix = str(given.get("actions", service))
    return Service(
        source=given["source"],
        resources=dict(_resources(given)),
        operations={
            name: _operation(prefix, name, value, in_models=part == "operations")
            for part in ("operations", "not-in-models")
            for name, value in given.get(part, {}).items()
        },
    )


def _resources(given: Mapping[str, Any]) -> Iterator[tuple[str, ResourceType]]:
    tagged, tag_keys = given.get("tagged", []), tuple(given.get("resource-tags", _RESOURCE_TAGS))
    for name, value in given.get("resources", {}).items():
        one = value if isinstance(value, dict) else {"arn": value}
        own = tuple(one.get("resource-tags", tag_keys)) if tagged == "all" or name in tagged else ()
        yield name, ResourceType(one["arn"], _texts_by_name(one.get("keys", {})), own)


def _operation(prefix: str, name: str, given: Any, *, in_models: bool) -> Operation:
    if isinstance(given, dict) and "nothing" in given:
        return Operation((), given["nothing"], in_models)
    return Operation(tuple(_need(prefix, name, one) for one in _listed(given)), None, in_models)


def _need(prefix: str, operation: str, given: Mapping[str, Any]) -> Need:
    known = {"action", "resource", "keys", "when", "unless", "resource-tags", "object-tags", "encryption-context"}
    plain = ("tags", "untags", "via", "source")
    if unknown := set(given) - known - {"each", *plain}:
        raise ValueError(f"{prefix} {operation}: {', '.join(sorted(unknown))} says nothing of a right")
    each = given.get("each")
    named, path = next(iter(each.items())) if isinstance(each, dict) else (None, each)
    return Need(
        action=given.get("action", f"{prefix}:{operation}"),
        resources={_qualified(prefix, kind): _texts(value) for kind, value in given.get("resource", {}).items()},
        keys=_texts_by_name(given.get("keys", {})),
        object_tags=given.get("object-tags"),
        encryption_context=given.get("encryption-context"),
        tag_keys=_texts(given["resource-tags"]) if "resource-tags" in given else None,
        when=tuple(_requirements(given.get("when", []))),
        unless=tuple(_requirements(given.get("unless", []))),
        each=path,
        named=named,
        **{name: given.get(name) for name in plain},
    )


def _qualified(prefix: str, kind: str) -> str:
    return kind if ":" in kind or kind == ANY else f"{prefix}:{kind}"


def _requirements(given: Any) -> Iterator[Requirement]:
    for one in _listed(given):
        if isinstance(one, dict):
            yield from (Requirement(path, _texts(values)) for path, values in one.items())
        else:
            yield Requirement(str(one))


def _texts_by_name(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: _texts(value) for name, value in given.items()}


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in _listed(given))


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list) else [given]
