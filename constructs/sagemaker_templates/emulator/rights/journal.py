"""What was decided about roles and services: which rights they used, and which they lacked."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.emulator.asked import Asked
from sagemaker_templates.emulator.rights.decision import Decision

_LENGTH = 200_000


@dataclass
class Journal:
    """The decisions since the emulator began or was reset, the oldest first; the oldest are dropped at last."""

    _entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_LENGTH))

    def note(self, asked: Asked, decision: Decision) -> None:
        """Keep a decision; those about administrators tell nothing, for they may do all."""
        caller, access = decision.caller, decision.access
        if not (caller.role or caller.service):
            return
        self._entries.append(
            {
                "caller": caller.arn,
                "role": caller.role,
                "service": asked.service,
                "operation": asked.operation,
                "action": access.action,
                "resource": access.resource,
                "via": access.via,
                "allowed": decision.allowed,
                "by": [list(one) for one in decision.by],
                "message": None if decision.allowed else decision.message,
            }
        )

    def entries(self) -> list[dict[str, Any]]:
        """Return all that was kept, as JSON has it."""
        return list(self._entries)

    def forget(self) -> None:
        """Forget everything."""
        self._entries.clear()
