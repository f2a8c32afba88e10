"""The ARN of what a request names: by a name, by part of an ARN, or by an ARN."""

import re
from collections.abc import Callable, Mapping

from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.lookups import Lookups
from sagemaker_templates.emulator.rights.table import ANY, resource_type
from sagemaker_templates.settings import regions

_NAMES_BEGIN = re.compile(r"\$\{(?!Partition\}|Region\}|Account\})")
_ACCOUNT_AND_FUNCTION = re.compile(r"(?P<account>\d{12}):(?:function:)?(?P<name>.+)")
_ACCOUNT = re.compile(r"\d{12}")
_ACCOUNT_FIELD = 4


def arn_of(kind: str, name: str, place: Place, lookups: Lookups) -> str:
    """Return the ARN of a resource.

    Args:
        kind: its type with its service, as ``sqs:queue``.
        name: as the request has it.
        place: where the request was sent.

    Raises:
        KeyError: there is no such region.
    """
    if kind == ANY:
        return name
    place, name = _SPELLED.get(kind, _as_it_is)(place, name)
    found = lookups.arn(kind, name, place)
    if found:
        return found
    return name if name.startswith("arn:") else f"{_beginning(kind, place)}{name}"


def account_of(arn: str, lookups: Lookups) -> str | None:
    """Return the account that a resource belongs to; ``None`` where neither its ARN nor the emulator knows."""
    fields = arn.split(":")
    if len(fields) > _ACCOUNT_FIELD and _ACCOUNT.fullmatch(fields[_ACCOUNT_FIELD]):
        return fields[_ACCOUNT_FIELD]
    return next(iter(lookups.attributes(arn).get("account", ())), None)


def _beginning(kind: str, place: Place) -> str:
    """All of an ARN that comes before the resource's own name."""
    pattern = resource_type(kind).arn
    begins = _NAMES_BEGIN.search(pattern)
    beginning = pattern[: begins.start()] if begins else pattern
    given = {"Partition": regions.partition(place.region).name, "Region": place.region, "Account": place.account}
    for variable, value in given.items():
        beginning = beginning.replace(f"${{{variable}}}", value)
    return beginning


def _as_it_is(place: Place, name: str) -> tuple[Place, str]:
    return place, name


def _function(place: Place, name: str) -> tuple[Place, str]:
    """A function's name, also with its account: ``123456789012:function:NAME``."""
    partial = _ACCOUNT_AND_FUNCTION.fullmatch(name)
    return (Place(partial["account"], place.region), partial["name"]) if partial else (place, name)


def _parameter(place: Place, name: str) -> tuple[Place, str]:
    """A parameter's name without the slash that it begins with: the ARN has one already."""
    return place, name.removeprefix("/")


_SPELLED: Mapping[str, Callable[[Place, str], tuple[Place, str]]] = {
    "lambda:function": _function,
    "ssm:parameter": _parameter,
}
