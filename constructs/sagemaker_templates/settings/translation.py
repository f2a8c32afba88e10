"""Says in one line what pydantic found wrong: the value, what is allowed, the nearest right spelling."""

import re
from typing import Any

from pydantic_core import ErrorDetails

from sagemaker_templates.settings.document import ListNode, MapNode, Node, Scalar, kind
from sagemaker_templates.settings.rules import RULE_BROKEN, AtMost, Rule
from sagemaker_templates.settings.spelling import did_you_mean

_ALLOWED_TYPES = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
}


def message(error: ErrorDetails, node: Node) -> str:
    """The message for one error of pydantic at one node of the document."""
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case str(name) if name == RULE_BROKEN:
            return _rule_broken(context["rule"], node)
        case "literal_error" | "enum":
            return _not_a_choice(str(context["expected"]), node)
        case "too_long" | "too_short" as name:
            return _wrong_length(name, context, node)
        case "string_type" if _is_bare(node):
            return _needs_quotes(node, writable=True)
        case name if name in _ALLOWED_TYPES:
            return f"{kind(node)} is not allowed; allowed: {_ALLOWED_TYPES[name]}"
        case _:
            return _own_check(error["msg"], node)


def _own_check(text: str, node: Node) -> str:
    """What a check of a template, or one of pydantic's many, says in its own words."""
    clause = re.sub("^Input should", "it should", text.removeprefix("Value error, "))
    return clause if isinstance(node, MapNode) else f"{kind(node)} is not allowed; {clause}"


def _rule_broken(rule: Rule | AtMost, node: Node) -> str:
    if isinstance(rule, AtMost):
        return f"{_counted(node)}; allowed: at most {rule.most}, {rule.because}"
    if _is_bare(node) and isinstance(node, Scalar):
        return _needs_quotes(node, writable=rule.accepts(node.text), otherwise=rule.allowed)
    hint = rule.hint(node.text) if isinstance(node, Scalar) and node.variable is None else ""
    return f"{kind(node)} is not allowed; allowed: {rule.allowed}{hint}"


def _needs_quotes(node: Node, writable: bool, otherwise: str = "text") -> str:
    read_as = "true or false" if isinstance(node, Scalar) and isinstance(node.value, bool) else "a number"
    right = f'write "{kind(node)}"' if writable else f"allowed: {otherwise}"
    return f"{kind(node)} has no quotes, so YAML reads {read_as}; {right}"


def _is_bare(node: Node) -> bool:
    """Whether YAML took what was meant as text for a number or for true or false."""
    return isinstance(node, Scalar) and not isinstance(node.value, str)


def _not_a_choice(expected: str, node: Node) -> str:
    names = re.findall(r"'([^']*)'", expected)
    if not names:
        return f"{kind(node)} is not allowed; allowed: {expected}"
    hint = did_you_mean(node.text, names) if isinstance(node, Scalar) and node.variable is None else ""
    return f"{kind(node)} is not allowed; allowed: {', '.join(names)}{hint}"


def _wrong_length(name: str, context: dict[str, Any], node: Node) -> str:
    bound = f"most {context['max_length']}" if name == "too_long" else f"least {context['min_length']}"
    return f"{_counted(node)}; allowed: at {bound}"


def _counted(node: Node) -> str:
    # Pydantic stops counting once a list is too long.
    count = len(node.items) if isinstance(node, ListNode) else len(getattr(node, "entries", ()))
    return f"has {count} {'entry' if count == 1 else 'entries'}"
