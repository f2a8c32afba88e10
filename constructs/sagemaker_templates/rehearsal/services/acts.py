"""What AWS's services do with a role that they were given: the files beside this one, one for each service.

In AWS the rights of such a role are asked for by a service, not by code of ours: what it calls stands in AWS's pages.
A file says, in YAML:

``principal``
    who acts: the service, as a role's trust policy names it.
``pages``
    pages that more than one call is from; nobody but the file itself reads them.
``acts``
    what the service does, each with its calls in their order. A call has botocore's name of the ``service``, the
    ``operation`` as the table of rights has it, its ``parameters``, and AWS's page that says so (``source``).

Text in angle brackets is a value that the act is given: ``<bucket>``. One that ends in a question mark need not be:
the parameter is left out without it, and so is what has nothing left in it. A value may be several. In a list each of
them is an element; elsewhere each is a call of its own. ``when`` and ``unless`` name values that must, and must not,
be given for a call to be made.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from sagemaker_templates.emulator.asked import Asked

FOLDER = Path(__file__).parent

Values = Mapping[str, str | Sequence[str]]
"""What an act is given, by name; an empty text or sequence is as good as none."""

_REFERENCE = re.compile(r"<([^<>?]+)(\??)>")
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_OF_A_FILE = frozenset({"principal", "pages", "acts"})
_OF_A_CALL = frozenset({"service", "operation", "parameters", "source", "when", "unless"})
_NOTHING = object()


class WrongValues(ValueError):  # noqa: N818 - what is wrong, in the words of the message
    """An act was not given what it needs, or was given what it knows nothing of."""


@dataclass(frozen=True)
class ServiceCall:
    """One call of a service, with text in angle brackets for what it depends on.

    Attributes:
        asked: the call.
        source: AWS's page that says that the service makes it, or that the role needs its right.
        when: names of values that must be given for it to be made.
        unless: names of values that must not be.
    """

    asked: Asked
    source: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of all values that it depends on."""
        named = {name for name, _ in _references(self.asked.parameters)}
        return frozenset({*named, *self.when, *self.unless})

    def filled(self, given: Values) -> Iterator[Asked]:
        """Put values in: several calls where a value outside of lists is several, none where it is not made.

        Raises:
            WrongValues: one is missing, or those of one element of a list are not equally many.
        """
        if not all(name in given for name in self.when) or any(name in given for name in self.unless):
            return
        needed = {name for name, optional in _references(self.asked.parameters) if not optional}
        if missing := sorted(needed - given.keys()):
            raise WrongValues(f"{self.asked.service} {self.asked.operation} needs {', '.join(missing)}")
        for one in _singly(given, _outside_of_lists(self.asked.parameters)):
            parameters = _filled(self.asked.parameters, one)
            yield Asked(self.asked.service, self.asked.operation, {} if parameters is _NOTHING else parameters)


@dataclass(frozen=True)
class Act:
    """Something that a service does as a role.

    Attributes:
        name: of all acts of all services the only one of this name.
        principal: the service, as ``sagemaker.amazonaws.com``.
        calls: what it asks for, in this order.
    """

    name: str
    principal: str
    calls: tuple[ServiceCall, ...] = field(repr=False)

    @property
    def values(self) -> frozenset[str]:
        """The names of all values that it can be given."""
        return frozenset(name for call in self.calls for name in call.names)

    def asked(self, values: Values) -> list[Asked]:
        """Return what the service asks for, with these values.

        Raises:
            WrongValues: one that a call needs is missing, or one is given that no call names.
        """
        if unknown := sorted(values.keys() - self.values):
            raise WrongValues(f"{self.name} knows nothing of {', '.join(unknown)}")
        given = {name: value for name, value in values.items() if value}
        try:
            return [asked for call in self.calls for asked in call.filled(given)]
        except WrongValues as error:
            raise WrongValues(f"{self.name}: {error}") from None


@cache
def acts() -> Mapping[str, Act]:
    """Return all acts by their names.

    Raises:
        ValueError: a file says something that is not known, or two acts have one name.
    """
    found: dict[str, Act] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for act in _acts_of(file):
            if found.setdefault(act.name, act) is not act:
                raise ValueError(f"{file.name}: there is another act {act.name}")
    return MappingProxyType(found)


def _acts_of(file: Path) -> Iterator[Act]:
    with file.open(encoding="utf-8") as opened:
        given: dict[str, Any] = yaml.load(opened, Loader=_LOADER)  # noqa: S506 - the safe loader, in C
    _refuse_unknown(given, _OF_A_FILE, file.name)
    for name, calls in given["acts"].items():
        yield Act(name, given["principal"], tuple(_call(one, f"{file.name}: {name}") for one in calls))


def _call(given: Mapping[str, Any], where: str) -> ServiceCall:
    _refuse_unknown(given, _OF_A_CALL, where)
    return ServiceCall(
        asked=Asked(given["service"], given["operation"], given.get("parameters", {})),
        source=given["source"],
        when=_names(given.get("when", [])),
        unless=_names(given.get("unless", [])),
    )


def _refuse_unknown(given: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"{where}: {', '.join(unknown)} says nothing of an act")


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _references(template: Any) -> Iterator[tuple[str, bool]]:
    """The names of values, and whether the template can do without them."""
    if isinstance(template, str):
        yield from ((name, bool(optional)) for name, optional in _REFERENCE.findall(template))
    elif isinstance(template, Mapping):
        yield from (found for member in template.values() for found in _references(member))
    elif isinstance(template, list):
        yield from (found for element in template for found in _references(element))


def _outside_of_lists(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield from (name for name, _ in _references(template))
    elif isinstance(template, Mapping):
        yield from (name for member in template.values() for name in _outside_of_lists(member))


def _singly(given: Values, names: Iterator[str]) -> Iterator[Values]:
    """The values, once for each way to choose one of each of these names."""
    several = {name: _each(given[name]) for name in names if name in given}
    for chosen in product(*several.values()):
        yield {**given, **dict(zip(several, chosen, strict=True))}


def _each(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _filled(template: Any, given: Values) -> Any:
    """A template with its values; ``_NOTHING`` where what it would hold is not given."""
    if isinstance(template, str):
        return _text(template, given)
    if isinstance(template, Mapping):
        members = {name: _filled(member, given) for name, member in template.items()}
        return {name: member for name, member in members.items() if member is not _NOTHING} or _NOTHING
    if isinstance(template, list):
        elements = [_filled(one, values) for one in template for values in _in_step(one, given)]
        return [element for element in elements if element is not _NOTHING] or _NOTHING
    return template


def _text(template: str, given: Values) -> Any:
    if any(name not in given for name, _ in _references(template)):
        return _NOTHING
    return _REFERENCE.sub(lambda reference: str(given[reference[1]]), template)


def _in_step(template: Any, given: Values) -> Iterator[Values]:
    """The values of each of the elements that one in a template stands for: the first of each, the second of each."""
    several = {name: value for name, _ in _references(template) if not isinstance(value := given.get(name, ""), str)}
    if not several:
        yield given
        return
    try:
        rows = list(zip(*several.values(), strict=True))
    except ValueError:
        raise WrongValues(f"{', '.join(sorted(several))} have to be equally many") from None
    for row in rows:
        yield {**given, **dict(zip(several, row, strict=True))}
