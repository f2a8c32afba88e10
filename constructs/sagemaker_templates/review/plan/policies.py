"""The policies in a plan, before and after, wherever a resource carries one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_templates.review.plan.changes import PlannedChanges, ResourceChange, Unreadable
from sagemaker_templates.review.plan.policy_document import NO_POLICY, PolicyDocument, parse_policy, policy_of

NOT_KNOWN = "(known after apply)"
"""Stands in a declared policy for what Terraform does not know yet; no pattern but ``*`` covers it."""

_TRUST = "assume_role_policy"
_ATTRIBUTES = (_TRUST, "policy", "policy_document", "resource_policy", "access_policies", "key_policy")
_DOCUMENT = "data.aws_iam_policy_document."


@dataclass(frozen=True)
class PolicyChange:
    """One policy that a plan writes, changes or removes.

    Attributes:
        before: ``NO_POLICY`` where there was none; None where it cannot be read.
        after: the same; what is not known yet is ``NOT_KNOWN`` in it.
        unreadable: why ``before`` or ``after`` is None.
    """

    change: ResourceChange
    attribute: str
    before: PolicyDocument | None
    after: PolicyDocument | None
    unreadable: Unreadable | None = None

    @property
    def is_trust(self) -> bool:
        """Whether it says who may become a role."""
        return self.attribute == _TRUST


def policy_changes(changes: PlannedChanges) -> Iterator[PolicyChange]:
    """Every policy that differs after the plan."""
    documents = {change.address: change for change in changes.resources if change.is_data}
    for change in changes.changing:
        for attribute in _ATTRIBUTES:
            found = _policy_change(change, attribute, documents)
            if found:
                yield found


def _policy_change(
    change: ResourceChange, attribute: str, documents: Mapping[str, ResourceChange]
) -> PolicyChange | None:
    old = change.old(attribute) if change.is_there_before else None
    new = change.new(attribute) if change.is_there_after else None
    if new is Unreadable.UNKNOWN:
        if attribute not in change.expressions:
            return None  # read back by the provider, such as a bucket's policy: its own resource sets it
        new = _declared(change, attribute, documents)
    if old == new:
        return None
    before, after = _parsed(old), _parsed(new)
    if not (_may_be_policy(old, before) and _may_be_policy(new, after)):
        return None
    unreadable = next((value for value in (new, old) if isinstance(value, Unreadable)), None)
    return PolicyChange(change, attribute, before, after, unreadable)


def _parsed(value: Any) -> PolicyDocument | None:
    if isinstance(value, PolicyDocument):
        return value
    if value is None or value == "":
        return NO_POLICY
    return parse_policy(value) if isinstance(value, str) else None


def _may_be_policy(value: Any, parsed: PolicyDocument | None) -> bool:
    """Whether it is one, or cannot be read; a ``policy`` may be something else, such as a lifecycle in JSON."""
    return parsed is not None or isinstance(value, Unreadable)


def _declared(
    change: ResourceChange, attribute: str, documents: Mapping[str, ResourceChange]
) -> PolicyDocument | Unreadable:
    """What the policy document says that the attribute refers to, as far as it is known."""
    expression = change.expressions.get(attribute)
    references = expression.get("references", []) if isinstance(expression, dict) else []
    sources = {reference for reference in references if reference in documents and _DOCUMENT in reference}
    if len(sources) != 1:
        return Unreadable.UNKNOWN
    source = documents[sources.pop()]
    statements = source.partly_known("statement")
    merged = any(source.partly_known(name) for name in ("source_policy_documents", "override_policy_documents"))
    if merged or not isinstance(statements, list):
        return Unreadable.UNKNOWN
    return policy_of([_statement(block) for block in statements]) or Unreadable.UNKNOWN


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    """A ``statement`` block of the data source as a statement of the JSON that it will become."""
    statement: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
    for name, key in (("actions", "Action"), ("resources", "Resource")):
        for prefix, negation in (("", ""), ("not_", "Not")):
            if (values := _values(block, prefix + name)) is not None:
                statement[negation + key] = values
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if named := block.get(name):
            statement[key] = _principals(named)
    statement["Condition"] = _conditions(block.get("condition") or [])
    return statement


def _values(block: Mapping[str, Any], name: str) -> list[str] | None:
    """A list of the block, None where it is not set. Terraform leaves out a list that it does not know at all."""
    if name not in block:
        return [NOT_KNOWN]
    values = block[name]
    return None if values is None else [NOT_KNOWN if value is None else value for value in values]


def _principals(blocks: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    principals: dict[str, list[str]] = {}
    for block in blocks:
        principals.setdefault(block.get("type") or NOT_KNOWN, []).extend(_values(block, "identifiers") or [])
    if "*" in principals:
        principals["AWS"] = principals.pop("*") + principals.get("AWS", [])
    return principals


def _conditions(blocks: list[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for block in blocks:
        test, variable = block.get("test") or NOT_KNOWN, block.get("variable") or NOT_KNOWN
        conditions.setdefault(test, {})[variable] = _values(block, "values") or []
    return conditions
