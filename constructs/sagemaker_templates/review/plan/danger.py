"""What a reviewer must see before anything else."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What is in danger; in the order in which they are shown."""

    DATA = "Data is destroyed"
    LEFT = "Left behind, no longer managed"
    EXPOSURE = "Opened to the public"
    RIGHTS = "Rights are widened"
    UNKNOWN = "Cannot be judged from the plan"


@dataclass(frozen=True)
class Danger:
    """One thing that a plan does and that cannot be taken back, or that lets somebody in."""

    kind: Kind
    address: str
    text: str
