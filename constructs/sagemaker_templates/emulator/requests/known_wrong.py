"""What the models say and the services do not mind, each with its reason.

Clients and pages of AWS's own send these; nothing else may be passed over.
"""

from dataclasses import dataclass

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.requests.constraints import Violation


@dataclass(frozen=True)
class KnownWrong:
    """A constraint that does not hold.

    Attributes:
        operation: ``service:Operation``.
        path: where the value stands, as a violation names it.
        reason: why it is known that the service takes it.
    """

    operation: str
    path: str
    reason: str


KNOWN_WRONG: tuple[KnownWrong, ...] = ()


def is_known_wrong(asked: Asked, found: Violation) -> bool:
    """Tell whether a violation is one that the service does not mind."""
    operation = f"{asked.service}:{asked.operation}"
    return any(one.operation == operation and one.path == found.path for one in KNOWN_WRONG)
