"""Numbers are what a reviewer reads: decimal digits, and none of the other notations that YAML makes numbers of.

YAML 1.1 reads ``0555`` as 365, ``6:05`` as 365, ``0x16d`` as 365, ``3_65`` as 365, and ``yes`` as true, which is 1 to
Python (https://yaml.org/type/int.html, https://yaml.org/type/bool.html).
"""

import re

from sagemaker_templates.settings import annotations
from sagemaker_templates.settings.document import Scalar

_WHOLE = re.compile("-?(?:0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(f"{_WHOLE.pattern}(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number in decimal digits, without a leading zero, a plus or an underscore."""
    return _WHOLE.fullmatch(text) is not None


def wrong(node: Scalar, annotation: object) -> str | None:
    """What is wrong with the number that stands where one is needed; None of all else.

    Args:
        annotation: what the field holds.
    """
    whole, decimal = annotations.holds(annotation, int), annotations.holds(annotation, float)
    if not (whole or decimal) or isinstance(node.value, str) or node.value is None:
        return None
    if isinstance(node.value, bool):
        return None if annotations.holds(annotation, bool) else _said(node, annotation, decimal, "true or false")
    if (_DECIMAL if decimal else _WHOLE).fullmatch(node.text):
        return None
    return _said(node, annotation, decimal, f"{node.value:g}" if isinstance(node.value, float) else str(node.value))


def _said(node: Scalar, annotation: object, decimal: bool, read_as: str) -> str:
    plain = node.text.replace("_", "").lstrip("+0")
    choices = [str(one) for one in annotations.literals(annotation) if isinstance(one, int)]
    # Without quotes: with them, it would be text, which is refused as well.
    hint = f"; did you mean {plain}?" if is_whole(plain) and (not choices or plain in choices) else ""
    allowed = ", ".join(choices) or ("a number" if decimal else "a whole number")
    means = "" if read_as == node.text else f", which YAML reads as {read_as},"
    return f"{node.text}{means} is not allowed; allowed, in decimal digits: {allowed}{hint}"
