"""A condition of a policy as a reader says it: ``aws:SourceAccount is 111111111111``.

The operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Collection, Mapping

_IF_EXISTS = "ifexists"

_COMPARISONS: Mapping[str, str] = {
    "stringequals": "is",
    "stringequalsignorecase": "is, in any case,",
    "stringlike": "is like",
    "stringnotequals": "is not",
    "stringnotequalsignorecase": "is not, in any case,",
    "stringnotlike": "is not like",
    "arnequals": "is like",
    "arnlike": "is like",
    "arnnotequals": "is not like",
    "arnnotlike": "is not like",
    "numericequals": "is",
    "numericnotequals": "is not",
    "numericlessthan": "is less than",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is more than",
    "numericgreaterthanequals": "is at least",
    "dateequals": "is",
    "datenotequals": "is not",
    "datelessthan": "is before",
    "datelessthanequals": "is at the latest",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is at the earliest",
    "bool": "is",
    "binaryequals": "is",
    "ipaddress": "is in",
    "notipaddress": "is not in",
}
"""Operator in lower case → how it is said. ``Arn…`` operators match patterns either way."""

_SETS = {"forallvalues:": "every value of ", "foranyvalue:": "some value of "}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""


def in_words(operator: str, key: str, values: Collection[str]) -> str:
    """Say a condition.

    Args:
        operator: in lower case, such as ``stringequalsifexists``; one that is not known is said as it stands.
        key: as it is written.
        values: any of them will do, or with a negated operator none of them.
    """
    prefix = next((prefix for prefix in _SETS if operator.startswith(prefix)), "")
    bare = operator.removeprefix(prefix)
    if bare == "null" and len(values) == 1:
        return f"{_SETS.get(prefix, '')}{key} is {'missing' if 'true' in values else 'given'}"
    optional = bare.endswith(_IF_EXISTS)
    comparison = _comparison(bare.removesuffix(_IF_EXISTS), values)
    # A negated operator holds where there is nothing to compare, and so does one over every value.
    without = optional or prefix == "forallvalues:" or (" not" in f" {comparison}" and not prefix)
    or_missing = f", or {key} is missing" if without else ""
    return f"{_SETS.get(prefix, '')}{key} {comparison} {_any_of(values, comparison)}{or_missing}"


def _comparison(operator: str, values: Collection[str]) -> str:
    said = _COMPARISONS.get(operator, operator)
    has_wildcard = any("*" in value or "?" in value for value in values)
    return said if has_wildcard else said.removesuffix(" like")


def _any_of(values: Collection[str], comparison: str) -> str:
    # `is not a and not b`: one negated comparison holds where none of its values fits.
    joint = " and not " if " not" in comparison else " or "
    return joint.join(sorted(values)) or "nothing"
