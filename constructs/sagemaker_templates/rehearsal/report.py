"""What a rehearsal has to tell at its end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sagemaker_templates.rehearsal.rights_used import RoleRights
from sagemaker_templates.wording import counted

Outcome = Literal["done", "failed", "left out"]


@dataclass(frozen=True)
class Moment:
    """One line of the timeline.

    Attributes:
        seconds: since the rehearsal began.
        account: where it happened.
        role: who did it: a role's name, or ``administrator`` for whoever applies and approves.
        what: in a few words, past tense.
        outcome: ``left out`` says that it was not rehearsed; the words say why.
    """

    seconds: float
    account: str
    role: str
    what: str
    outcome: Outcome = "done"


@dataclass(frozen=True)
class Report:
    """A rehearsal that has ended.

    Attributes:
        scope: ``ENV/PROJECT``.
        roles: the rights of the roles that there are, used and not.
    """

    scope: str
    moments: tuple[Moment, ...]
    roles: tuple[RoleRights, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """What roles were told they may not do, in AWS's words."""
        return tuple(message for role in self.roles for message in role.refused)

    @property
    def failed(self) -> tuple[Moment, ...]:
        """What went wrong."""
        return tuple(moment for moment in self.moments if moment.outcome == "failed")

    @property
    def verdict(self) -> str:
        """How it ended, in a sentence."""
        seconds = self.moments[-1].seconds if self.moments else 0
        if self.failed:
            return f"{self.scope}: failed after {seconds:.0f} s: {self.failed[0].what}"
        left_out = sum(moment.outcome == "left out" for moment in self.moments)
        rest = f"; {left_out} left out" if left_out else ""
        done = counted(len(self.moments) - left_out, "step")
        return f"{self.scope}: {done} done in {seconds:.0f} s{rest}"


@dataclass
class Timeline:
    """Moments as they come.

    Attributes:
        tell: told of each.
        now: told what has just begun.
    """

    tell: Callable[[Moment], None]
    now: Callable[[str], None] = lambda what: None
    start: float = field(default_factory=time.perf_counter)
    moments: list[Moment] = field(default_factory=list)

    def add(self, account: str, role: str, what: str, outcome: Outcome = "done") -> None:
        """Note what has just happened."""
        moment = Moment(round(time.perf_counter() - self.start, 1), account, role, what, outcome)
        self.moments.append(moment)
        self.tell(moment)
