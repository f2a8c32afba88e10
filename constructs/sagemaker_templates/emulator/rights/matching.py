"""Patterns with ``*`` and ``?``, and the variables in them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from functools import lru_cache

from sagemaker_templates.emulator.rights.access import Context

_VARIABLE = re.compile(r"\$\{(?P<name>[^}',]+?)\s*(?:,\s*'(?P<default>[^']*)')?\}")
_CHARACTERS = {"*": "*", "?": "?", "$": "$"}


def matches(pattern: str, value: str, context: Context, *, any_case: bool = False) -> bool:
    """Tell whether a value is one of a pattern's; a variable without a value is like nothing."""
    if "${" not in pattern:
        return _compiled(pattern, any_case).fullmatch(value) is not None
    expression = _with_variables(pattern, context)
    return expression is not None and re.fullmatch(expression, value, _flags(any_case)) is not None


def filled(text: str, context: Context) -> str | None:
    """Put the values of variables into a text that is no pattern; ``None`` where one has no value."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        given = _value(found, context)
        missing = missing or given is None
        return given or ""

    written = _VARIABLE.sub(value, text)
    return None if missing else written


@lru_cache(maxsize=8192)
def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:
    return re.compile(_expression(pattern), _flags(any_case))


def _flags(any_case: bool) -> int:
    return re.DOTALL | (re.IGNORECASE if any_case else 0)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _with_variables(pattern: str, context: Context) -> str | None:
    """What a variable stands for is taken letter by letter, also where it holds ``*``."""
    written, end = "", 0
    for found in _VARIABLE.finditer(pattern):
        value = _value(found, context)
        if value is None:
            return None
        written += _expression(pattern[end : found.start()]) + re.escape(value)
        end = found.end()
    return written + _expression(pattern[end:])


def _value(found: re.Match[str], context: Context) -> str | None:
    name = found["name"]
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    values = context.get(name.lower(), ())
    return values[0] if len(values) == 1 else found["default"]
