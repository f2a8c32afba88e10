"""How to go on where an apply was interrupted: the commands for this very stack, in the order in which they are run.

Terraform's own message advises to lift the protection. That is never needed: what is tainted after an interruption
was created, and only the wait for it was cut short; the next apply completes it.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_templates.operations.state_lock import StateLock
from sagemaker_templates.review.plan.existing import Existing


@dataclass(frozen=True)
class Step:
    """Something to be done.

    Attributes:
        why: what was found and what its commands do, in sentences.
        commands: each one line of a shell, run where the synthesis lies.
    """

    why: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class WayBack:
    """The steps for one stack."""

    stack: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Commands:
    """Writes commands for the stack in a folder.

    Attributes:
        program: of the engine: ``terraform`` or ``tofu``.
    """

    program: str
    folder: Path

    def to_unlock(self, lock: StateLock) -> Step:
        """Free the state."""
        why = (
            f"The state is locked by {lock.who} since {lock.since}. While that command runs, wait for it. "
            "Only if it was killed, and runs nowhere any more:"
        )
        return Step(why, (self._command("force-unlock", lock.id),))

    def to_untaint(self, addresses: Sequence[str]) -> Step:
        """Keep what was created."""
        why = (
            "The creation of these was interrupted, so Terraform wants to replace them, and they are protected. "
            "Leave the protection as it is. What they are exists; keep it, and the next apply completes it:"
        )
        return Step(why, tuple(self._command("untaint", address) for address in addresses))

    def to_import(self, existing: Sequence[Existing], *, state_is_empty: bool) -> Step:
        """Make the state know what exists.

        An interrupted creation leaves attributes without a value in the state. ``plan`` and ``apply`` read them anew;
        ``import`` does not, and fails where something refers to them: so they are read before.
        """
        seconds = [thing for thing in existing if thing.instead_of]
        sentences = [
            "These exist already and the state does not know them, so an apply would fail or make a second one.",
            *(
                f"At {thing.address} it has a second one, {thing.instead_of}, which an apply made meanwhile: "
                "it is let go, and stays until somebody deletes it."
                for thing in seconds
            ),
            "If an apply of this stack was killed, or an edit left them behind, they are its own; of anything else, "
            "import nothing:",
        ]
        refresh = () if state_is_empty else (self._command("apply", "-refresh-only"),)
        let_go = (self._command("state", "rm", thing.address) for thing in seconds)
        imports = (self._command("import", thing.address, thing.id) for thing in existing)
        return Step(" ".join(sentences), (*refresh, *let_go, *imports))

    def _command(self, *words: str) -> str:
        return shlex.join([self.program, f"-chdir={self.folder.as_posix()}", *words])


def protected_and_tainted(state: Mapping[str, Any], stack: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of what a plan wants to replace and may not, because its creation was interrupted.

    Args:
        state: what ``terraform show -json`` says of it
            (https://developer.hashicorp.com/terraform/internals/json-format#values-representation).
        stack: the synthesized JSON.
    """
    declared = stack.get("resource", {})
    for resource in state.get("values", {}).get("root_module", {}).get("resources", []):
        lifecycle = declared.get(resource["type"], {}).get(resource["name"], {}).get("lifecycle", {})
        if resource.get("tainted") and lifecycle.get("prevent_destroy"):
            yield resource["address"]
