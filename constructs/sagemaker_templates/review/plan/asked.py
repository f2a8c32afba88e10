"""Rights on what the same review creates: they were asked for with it, and are no danger to what exists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sagemaker_templates.review.plan.changes import Action, PlannedChanges, ResourceChange
from sagemaker_templates.review.plan.policy_document import Scope

_NAMES: Mapping[str, tuple[str, str]] = {
    "aws_codecommit_repository": ("codecommit", "repository_name"),
}
"""Resource type → the service in its ARN, which is not known before an apply, and the attribute that it ends with."""

_Place = tuple[str, str, str, str]
"""Service, region, account and name of an ARN."""

_FIELDS = 6


@dataclass(frozen=True)
class Coming:
    """What the stacks of a review create, with the stack of each."""

    stacks: Mapping[_Place, str] = field(default_factory=dict)

    def maker(self, resource: Scope) -> str | None:
        """The stack that creates the one thing that a grant is on; None for anything else, patterns included."""
        if resource.inverted or len(resource.patterns) != 1:
            return None
        (arn,) = resource.patterns
        parts = arn.split(":", _FIELDS - 1)
        if len(parts) != _FIELDS or "*" in arn or "?" in arn:
            return None
        return self.stacks.get((parts[2], parts[3], parts[4], parts[5]))


def coming(plans: Iterable[tuple[str, PlannedChanges]]) -> Coming:
    """What stacks create, by the name of each stack."""
    return Coming({place: stack for stack, changes in plans for place in _places(changes)})


def _places(changes: PlannedChanges) -> Iterator[_Place]:
    if changes.place is None:
        return
    account, region = changes.place
    for change in changes.of(Action.CREATE):
        found = _name(change)
        if found:
            service, name = found
            yield service, region, account, name


def _name(change: ResourceChange) -> tuple[str, str] | None:
    if change.type not in _NAMES:
        return None
    service, attribute = _NAMES[change.type]
    name = change.new(attribute)
    return (service, name) if isinstance(name, str) else None
