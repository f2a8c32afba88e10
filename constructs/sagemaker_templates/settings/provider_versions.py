"""Which versions of Terraform's AWS provider a constraint admits, held against those that the stacks work with."""

import operator
import re
from collections.abc import Iterator

LEAST = (5, 100, 0)
BELOW = (7, 0, 0)
"""The stacks use what both major versions have, and are tried with both (``tests/integration/test_bindings.py``)."""

_COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}

Version = tuple[int, int, int]

_ONE = re.compile(r"(=|!=|>=|<=|>|<|~>)? *([0-9]+(?:\.[0-9]+){0,2})(?:-[0-9A-Za-z.]+)?")


def problem(constraint: str) -> str | None:
    """Say what is wrong with a constraint; None where it admits versions that the stacks work with, and no others.

    Source: https://developer.hashicorp.com/terraform/language/expressions/version-constraints
    """
    allowed = "the stacks work with >= 5.100, < 7"
    admitted = [version for version in _near(constraint) if _admits(constraint, version)]
    if not admitted:
        return f"admits no version at all; {allowed}"
    foreign = [version for version in admitted if not LEAST <= version < BELOW]
    if len(foreign) == len(admitted):
        return f"admits no version that serves; {allowed}"
    if foreign:
        shown = ".".join(map(str, foreign[0]))
        bound = '"< 7"' if foreign[0] >= BELOW else '">= 5.100"'
        return f"admits {shown} too, and {allowed}; add {bound}"
    return None


def _near(constraint: str) -> list[Version]:
    """Versions on both sides of each bound, the stacks' own among them: all that the constraint can tell apart."""
    bounds = {LEAST, BELOW, *(_padded(text) for _, text in _ONE.findall(constraint))}
    found = {near for major, minor, patch in bounds for near in _around(major, minor, patch)}
    return sorted(found)


def _around(major: int, minor: int, patch: int) -> Iterator[Version]:
    yield from ((major, minor, patch), (major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0))
    if patch:
        yield major, minor, patch - 1
    if minor:
        yield major, minor - 1, 999
    if major:
        yield major - 1, 999, 999


def _admits(constraint: str, version: Version) -> bool:
    return all(_holds(sign or "=", text, version) for sign, text in _ONE.findall(constraint))


def _holds(sign: str, text: str, version: Version) -> bool:
    bound = _padded(text)
    if sign == "~>":  # only the last part that is written may grow
        fixed = text.count(".")
        return version >= bound and version[:fixed] == bound[:fixed]
    return bool(_COMPARISONS[sign](version, bound))


def _padded(text: str) -> Version:
    parts = [int(part) for part in text.split(".")]
    major, minor, patch = (*parts, 0, 0)[:3]
    return major, minor, patch
