"""Whatever is done with a role of ours, the role may do; and whatever it may do, something does."""

import re
from collections.abc import Iterator
from functools import cache

from decided_deeds import Decided, decided
from golden_roles import Json, Stack, golden_stacks, named
from sagemaker_templates.emulator.rights.decision import Decision
from sagemaker_templates.emulator.rights.documents import Named
from unused_rights import UNUSED, UNUSED_RESOURCES, each_role, kind

STACKS = golden_stacks()


def test_everything_that_is_done_with_our_roles_they_may_do() -> None:
    refused = {
        (one.deed.role, one.access.action): f"{one.deed.act}: {one.decision.message}"
        for stack in STACKS
        for one in decided(stack)
        if not one.decision.allowed
    }
    assert refused == {}


def test_without_any_of_its_actions_something_is_refused_or_the_action_is_listed_with_its_reason() -> None:
    idle = {
        (each_role(role), statement["sid"], action)
        for stack in STACKS
        for role, statement in _granted(stack)
        for action in statement["actions"]
        if not _refused_without(stack, role, statement, "actions", action)
    }
    assert idle == set(UNUSED)


def test_without_any_of_its_resources_something_is_refused_or_the_resource_is_listed_with_its_reason() -> None:
    idle = {
        (each_role(role), statement["sid"], kind(stack.resolved(resource)))
        for stack in STACKS
        for role, statement in _granted(stack)
        if not all((each_role(role), statement["sid"], action) in UNUSED for action in statement["actions"])
        for resource in statement["resources"]
        if not _refused_without(stack, role, statement, "resources", resource)
    }
    assert idle == set(UNUSED_RESOURCES)


def _granted(stack: Stack) -> Iterator[tuple[str, Json]]:
    for role in stack.all("aws_iam_role"):
        for statement in stack.statements(f"{role}_rights"):
            yield role, statement


def _refused_without(stack: Stack, role: str, statement: Json, part: str, value: str) -> bool:
    """Whether something is refused, and well told, when one value of a part of a statement is taken away.

    Only what the statement allows is decided anew: nothing else can change.
    """
    rights = {**stack.rights(role), statement["sid"]: _without(stack, role, statement, part, value)}
    return any(
        _is_well_refused(one, one.with_rights(rights))
        for one in _allowed_by(stack).get((role, statement["sid"]), ())
        if part != "actions" or one.access.action == value
    )


def _is_well_refused(asked: Decided, decision: Decision) -> bool:
    """Whether it is refused, and the refusal names the role, the action and the resource."""
    access, role = asked.access, asked.deed.stack.all("aws_iam_role")[asked.deed.role]["name"]
    on = "" if access.resource == "*" else f" on resource: {access.resource}"
    told = rf"User: arn:[\w-]+:sts::\d+:assumed-role/{role}/\w+ is not authorized to perform: {access.action}"
    return not decision.allowed and re.match(f"{told}{re.escape(on)} because ", decision.message) is not None


def _without(stack: Stack, role: str, statement: Json, part: str, value: str) -> Named:
    rest = [one for one in statement[part] if one != value]
    return named(stack, f"{role}_rights", [{**statement, part: rest}] if rest else [])


@cache
def _allowed_by(stack: Stack) -> dict[tuple[str, str], list[Decided]]:
    """What each statement of each role allows."""
    found: dict[tuple[str, str], list[Decided]] = {}
    for one in decided(stack):
        for _, sid in one.decision.by:
            found.setdefault((one.deed.role, sid), []).append(one)
    return found


def test_every_role_does_something() -> None:
    idle = {
        (stack.name, role)
        for stack in STACKS
        for role in stack.all("aws_iam_role")
        if role not in {one.deed.role for one in decided(stack)}
    }
    assert idle == set()
