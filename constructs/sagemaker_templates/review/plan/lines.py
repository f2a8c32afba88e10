"""A review in the words that text and Markdown share: one line per change, per right and per cost."""

import re

from sagemaker_templates.review.plan.changes import Action, ResourceChange
from sagemaker_templates.review.plan.costs import Cost

SYMBOLS = {
    Action.DESTROY: "-",
    Action.REPLACE: "-/+",
    Action.FORGET: ".",
    Action.UPDATE: "~",
    Action.CREATE: "+",
}
"""The signs that Terraform's own plans use."""

HOW_TO_GO_ON = "how to go on"
AND_THEN = 'Then plan again, and apply that plan. More in docs/applying.md, "An apply was interrupted".'

_LISTED = 8


def details(change: ResourceChange) -> str:
    """What a change is about: the attributes that change, or that force a replacement."""
    if change.action is Action.REPLACE and change.forced_by:
        return f"forced by {_some(change.forced_by)}"
    return _some(change.changed)


def cost_details(cost: Cost) -> str:
    """What a cost goes by."""
    return f"{cost.charged} ({cost.size})" if cost.size else cost.charged


def printable(text: str) -> str:
    """The text on one line, without characters that steer a terminal: names in a plan may hold anything."""
    return re.sub(
        r"[^\S ]+", " ", "".join(character for character in text if character.isprintable() or character.isspace())
    )


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
