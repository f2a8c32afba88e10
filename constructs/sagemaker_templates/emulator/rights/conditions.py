"""Condition operators (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from sagemaker_templates.emulator.rights.access import Context
from sagemaker_templates.emulator.rights.malformed import MalformedPolicyError
from sagemaker_templates.emulator.rights.matching import arn_matches, filled, has_values, matches

Comparison = Callable[[str, str, Context], bool]
"""Whether the value of a request is what a policy's value asks for."""

_FOR_ALL, _FOR_ANY, _IF_EXISTS, _NULL = "forallvalues:", "foranyvalue:", "ifexists", "null"


@dataclass(frozen=True)
class Condition:
    """One condition of a statement.

    Attributes:
        key: in lower case.
        wanted: the values that it is compared with.
        operator: in lower case, without a quantifier, ``IfExists`` and negation.
        negated: whether none of the wanted values may be there.
        quantifier: ``forallvalues:``, ``foranyvalue:`` or nothing.
        if_exists: whether it holds where the key is missing.
    """

    key: str
    wanted: tuple[str, ...]
    operator: str
    negated: bool
    quantifier: str
    if_exists: bool

    @property
    def asks_for(self) -> bool:
        """Whether it holds for nothing but a value that is wanted."""
        return self.operator != _NULL and not (self.negated or self.if_exists or self.quantifier == _FOR_ALL)


def condition(written: str, key: str, wanted: tuple[str, ...]) -> Condition:
    """Return a condition from an operator as it is written, a key and the values that it is compared with.

    Raises:
        MalformedPolicyError: the operator is none, or ``Null`` is asked for something else than true or false.
    """
    operator = written.lower()
    quantifier = next((one for one in (_FOR_ALL, _FOR_ANY) if operator.startswith(one)), "")
    operator = operator.removeprefix(quantifier)
    plain = operator.removesuffix(_IF_EXISTS)
    positive = _NEGATIONS.get(plain, plain)
    if positive not in _COMPARISONS and operator != _NULL:
        raise MalformedPolicyError(f"{written} is no condition operator")
    if operator == _NULL and not {one.lower() for one in wanted} <= {"true", "false"}:
        raise MalformedPolicyError(f"{written} is true or false, not {', '.join(wanted)}")
    return Condition(key.lower(), wanted, positive, plain in _NEGATIONS, quantifier, plain != operator)


def holds(condition: Condition, context: Context) -> bool:
    """Tell whether a condition holds for what is known of a request; none does that names a variable without a value.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    given = context.get(condition.key)
    if condition.operator == _NULL:
        return any((not given) == (one.lower() == "true") for one in condition.wanted)
    if not given:
        return _without_value(condition)
    if not all(has_values(one, context) for one in condition.wanted):
        return False
    compare = _COMPARISONS[condition.operator]

    def fits(value: str) -> bool:
        return any(compare(value, one, context) for one in condition.wanted) != condition.negated

    return all(map(fits, given)) if condition.quantifier == _FOR_ALL else any(map(fits, given))


def _without_value(condition: Condition) -> bool:
    if condition.quantifier == _FOR_ANY:
        return False
    return condition.quantifier == _FOR_ALL or condition.if_exists or condition.negated


def _same(value: str, wanted: str, context: Context) -> bool:
    return value == filled(wanted, context)


def _same_in_any_case(value: str, wanted: str, context: Context) -> bool:
    return value.lower() == filled(wanted, context).lower()


def _like(value: str, wanted: str, context: Context) -> bool:
    return matches(wanted, value, context)


def _number(fits: Callable[[float, float], bool]) -> Comparison:
    def compare(value: str, wanted: str, context: Context) -> bool:
        try:
            return fits(float(value), float(filled(wanted, context)))
        except ValueError:
            return False

    return compare


def _date(fits: Callable[[float, float], bool]) -> Comparison:
    def compare(value: str, wanted: str, context: Context) -> bool:
        try:
            return fits(_seconds(value), _seconds(filled(wanted, context)))
        except ValueError:
            return False

    return compare


def _seconds(text: str) -> float:
    if text.replace(".", "", 1).isdigit():
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _bool(value: str, wanted: str, context: Context) -> bool:
    return value.lower() == filled(wanted, context).lower()


def _binary(value: str, wanted: str, _context: Context) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(wanted, validate=True)
    except binascii.Error:
        return False


def _address(value: str, wanted: str, context: Context) -> bool:
    try:
        return ip_address(value) in ip_network(filled(wanted, context), strict=False)
    except ValueError:
        return False


_COMPARISONS: dict[str, Comparison] = {
    "stringequals": _same,
    "stringequalsignorecase": _same_in_any_case,
    "stringlike": _like,
    "arnequals": arn_matches,
    "arnlike": arn_matches,
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _address,
    "numericequals": _number(lambda value, wanted: value == wanted),
    "numericlessthan": _number(lambda value, wanted: value < wanted),
    "numericlessthanequals": _number(lambda value, wanted: value <= wanted),
    "numericgreaterthan": _number(lambda value, wanted: value > wanted),
    "numericgreaterthanequals": _number(lambda value, wanted: value >= wanted),
    "dateequals": _date(lambda value, wanted: value == wanted),
    "datelessthan": _date(lambda value, wanted: value < wanted),
    "datelessthanequals": _date(lambda value, wanted: value <= wanted),
    "dategreaterthan": _date(lambda value, wanted: value > wanted),
    "dategreaterthanequals": _date(lambda value, wanted: value >= wanted),
}
_NEGATIONS = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
