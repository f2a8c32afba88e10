"""Patterns with ``*`` and ``?``, and the variables in them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from functools import lru_cache

from sagemaker_templates.emulator.rights.access import Context

_VARIABLE = re.compile(r"\$\{(?P<name>[^}',]+?)\s*(?:,\s*'(?P<default>[^']*)')?\}")
_CHARACTERS = {"*": "*", "?": "?", "$": "$"}
_COLON = re.compile(r":(?![^{}]*\})")
"""Between the parts of an ARN: not that of a variable's name."""
_ARN_PARTS = 6


def literal(text: str) -> str:
    """Return a pattern in which nothing is a variable: those that look so stand for themselves."""
    return text.replace("${", "${$}{")


def has_values(text: str, context: Context) -> bool:
    """Tell whether every variable in a text has a value or a default."""
    return "${" not in text or all(_value(found, context) is not None for found in _VARIABLE.finditer(text))


def matches(pattern: str, value: str, context: Context, *, any_case: bool = False) -> bool:
    """Tell whether a value is one of a pattern's; a variable without a value is like nothing."""
    if "${" not in pattern:
        return _compiled(pattern, any_case).fullmatch(value) is not None
    if not has_values(pattern, context):
        return False
    return re.fullmatch(_with_variables(pattern, context), value, _flags(any_case)) is not None


def arn_matches(value: str, pattern: str, context: Context) -> bool:
    """Tell whether an ARN is one of a pattern's: a wildcard does not reach over a colon, but in the last part.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if pattern == "*":
        return True
    if not has_values(pattern, context):
        return False
    patterns = _COLON.split(_VARIABLE.sub(lambda found: _as_pattern(found, context), pattern), _ARN_PARTS - 1)
    parts = value.split(":", _ARN_PARTS - 1)
    if len(patterns) != len(parts):
        return False
    return all(matches(one, part, context) for one, part in zip(patterns, parts, strict=True))


def filled(text: str, context: Context) -> str:
    """Put the values of variables, which have to have one, into a text that is no pattern."""
    return _VARIABLE.sub(lambda found: _value(found, context) or "", text)


@lru_cache(maxsize=8192)
def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:
    return re.compile(_expression(pattern), _flags(any_case))


def _flags(any_case: bool) -> int:
    return re.DOTALL | (re.IGNORECASE if any_case else 0)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _with_variables(pattern: str, context: Context) -> str:
    """What a variable stands for is taken letter by letter, also where it holds ``*``."""
    written, end = "", 0
    for found in _VARIABLE.finditer(pattern):
        written += _expression(pattern[end : found.start()]) + re.escape(_value(found, context) or "")
        end = found.end()
    return written + _expression(pattern[end:])


def _as_pattern(found: re.Match[str], context: Context) -> str:
    """What a variable stands for, as a pattern that nothing else is like."""
    return re.sub(r"[*?$]", lambda letter: f"${{{letter[0]}}}", _value(found, context) or "")


def _value(found: re.Match[str], context: Context) -> str | None:
    name = found["name"]
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    values = context.get(name.lower(), ())
    default: str | None = found["default"]
    return values[0] if len(values) == 1 else default
