"""One thing that is made or mended in an account; nothing is ever deleted."""

from collections.abc import Callable
from dataclasses import dataclass

from sagemaker_templates.doctor.account import Account


@dataclass(frozen=True)
class Change:
    """What is to be done, and what does it.

    Attributes:
        what: in words, as what it will be.
        make: does it.
    """

    what: str
    make: Callable[[Account], object]
