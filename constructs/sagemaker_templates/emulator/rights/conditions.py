"""Condition operators (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from sagemaker_templates.emulator.rights.access import Context
from sagemaker_templates.emulator.rights.documents import Condition, MalformedPolicyError
from sagemaker_templates.emulator.rights.matching import filled, matches

Comparison = Callable[[str, str, Context], bool]
"""Whether the value of a request is what a policy's value asks for."""

_FOR_ALL, _FOR_ANY, _IF_EXISTS = "forallvalues:", "foranyvalue:", "ifexists"


def holds(condition: Condition, context: Context) -> bool:
    """Tell whether a condition holds for what is known of a request.

    Raises:
        MalformedPolicyError: its operator is none.
    """
    written, key, wanted = condition
    operator, quantifier, if_exists = _taken_apart(written)
    given = context.get(key)
    if operator == "null":
        return (given is None) == (wanted[0].lower() == "true")
    compare, negated = _comparison(operator)
    if not given:
        return _without_value(quantifier, negated=negated, if_exists=if_exists)

    def fits(value: str) -> bool:
        return any(compare(value, one, context) for one in wanted) != negated

    return all(map(fits, given)) if quantifier == _FOR_ALL else any(map(fits, given))


def _without_value(quantifier: str, *, negated: bool, if_exists: bool) -> bool:
    if quantifier == _FOR_ANY:
        return False
    return quantifier == _FOR_ALL or if_exists or negated


def _taken_apart(written: str) -> tuple[str, str, bool]:
    operator = written.lower()
    quantifier = next((one for one in (_FOR_ALL, _FOR_ANY) if operator.startswith(one)), "")
    operator = operator.removeprefix(quantifier)
    return operator.removesuffix(_IF_EXISTS), quantifier, operator.endswith(_IF_EXISTS)


def _comparison(operator: str) -> tuple[Comparison, bool]:
    for name, positive in (("not", False), ("", True)):
        plain = operator.replace("notequals", "equals").replace("notlike", "like").replace("notip", "ip")
        if positive and operator in _COMPARISONS:
            return _COMPARISONS[operator], False
        if name and plain != operator and plain in _COMPARISONS:
            return _COMPARISONS[plain], True
    raise MalformedPolicyError(f"{operator} is no condition operator")


def _same(value: str, wanted: str, context: Context) -> bool:
    return value == filled(wanted, context)


def _same_in_any_case(value: str, wanted: str, context: Context) -> bool:
    return value.lower() == (filled(wanted, context) or "").lower()


def _like(value: str, wanted: str, context: Context) -> bool:
    return matches(wanted, value, context)


def _arn(value: str, wanted: str, context: Context) -> bool:
    """Each of an ARN's six parts for itself: a wildcard does not reach over a colon, but in the last."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    if len(patterns) != len(parts):
        return wanted == "*"
    return all(matches(pattern, part, context) for pattern, part in zip(patterns, parts, strict=True))


def _number(fits: Callable[[float, float], bool]) -> Comparison:
    def compare(value: str, wanted: str, _context: Context) -> bool:
        try:
            return fits(float(value), float(wanted))
        except ValueError:
            return False

    return compare


def _date(fits: Callable[[float, float], bool]) -> Comparison:
    def compare(value: str, wanted: str, _context: Context) -> bool:
        try:
            return fits(_seconds(value), _seconds(wanted))
        except ValueError:
            return False

    return compare


def _seconds(text: str) -> float:
    if text.replace(".", "", 1).isdigit():
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _bool(value: str, wanted: str, _context: Context) -> bool:
    return value.lower() == wanted.lower()


def _binary(value: str, wanted: str, _context: Context) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(wanted, validate=True)
    except binascii.Error:
        return False


def _address(value: str, wanted: str, _context: Context) -> bool:
    try:
        return ip_address(value) in ip_network(wanted, strict=False)
    except ValueError:
        return False


_COMPARISONS: dict[str, Comparison] = {
    "stringequals": _same,
    "stringequalsignorecase": _same_in_any_case,
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
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
