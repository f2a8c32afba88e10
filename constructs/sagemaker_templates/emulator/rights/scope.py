"""What the texts of the table can speak of: a request's parameters, where it was sent, and what stands there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.lookups import Lookups
from sagemaker_templates.emulator.rights.resources import arn_of
from sagemaker_templates.emulator.rights.table import Requirement
from sagemaker_templates.emulator.rights.values import filled, texts_at, values_at
from sagemaker_templates.settings import regions

Fact = Callable[["Scope"], list[str]]
"""A value that no parameter has as such; several or none, as with parameters."""

FACT = "@"


@dataclass(frozen=True)
class Scope:
    """One request, or one element of a list in it.

    Attributes:
        facts: by the names that the table has for them.
        resource: the ARN of the resource whose condition keys are looked for.
    """

    parameters: Mapping[str, Any]
    place: Place
    lookups: Lookups
    facts: Mapping[str, Fact]
    resource: str | None = None

    def texts(self, path: str) -> list[str]:
        """Return the values at a parameter's path, or those of a fact, which begins with ``@``."""
        if not path.startswith(FACT):
            return texts_at(path, self.parameters)
        name, _, attribute = path.removeprefix(FACT).partition(".")
        found = self.facts[name](self)
        return [value for arn in found for value in self.known(arn, attribute)] if attribute else found

    def text(self, path: str) -> str | None:
        """Return the first of the values."""
        return next(iter(self.texts(path)), None)

    def filled(self, template: str) -> list[str]:
        """Put values into a text."""
        return filled(template, self.texts)

    def meets(self, requirement: Requirement) -> bool:
        """Tell whether a parameter or fact is given, or has one of the values that are asked for."""
        if requirement.path.startswith(FACT) or requirement.values:
            found = self.texts(requirement.path)
            return any(one in requirement.values for one in found) if requirement.values else bool(found)
        return bool(values_at(requirement.path, self.parameters))

    @property
    def partition(self) -> str:
        """The partition that the request was sent to, such as ``aws``."""
        return regions.partition(self.place.region).name

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of what the request names."""
        return arn_of(kind, name, self.place, self.lookups)

    def known(self, arn: str, attribute: str) -> tuple[str, ...]:
        """Return what is known of a resource; ``tags`` are the keys of its tags."""
        if attribute == "tags":
            return tuple(self.lookups.tags(arn))
        return tuple(self.lookups.attributes(arn).get(attribute, ()))

    def of_element(self, element: Mapping[str, Any]) -> "Scope":
        """Return the scope of an element: its members come before the request's parameters."""
        return replace(self, parameters={**self.parameters, **element})

    def of_resource(self, arn: str) -> "Scope":
        """Return the scope in which a resource is spoken of."""
        return replace(self, resource=arn)
