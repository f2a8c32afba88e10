"""Stacks that keep their name and move: what they made stays where it is, and somebody has to know."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sagemaker_templates.output_folder.ownership import STACKS
from sagemaker_templates.output_folder.whereabouts import Document, Whereabouts, whereabouts
from sagemaker_templates.wording import counted


@dataclass(frozen=True)
class Move:
    """How a stack moves.

    Attributes:
        folder: of the stack, as the user calls it; ``document`` is the JSON in it.
        old: where it was.
        new: where the settings say that it is.
    """

    name: str
    folder: str
    document: Document
    old: Whereabouts
    new: Whereabouts

    @property
    def is_elsewhere(self) -> bool:
        """Whether another account or region is meant, where no resource can follow."""
        return bool(self.old.place and self.new.place) and self.old.place != self.new.place

    @property
    def of_state(self) -> bool:
        """Whether its state is looked for at another place."""
        return bool(self.old.state and self.new.state) and self.old.state != self.new.state

    @property
    def of_repository(self) -> bool:
        """Whether its repository on GitHub is looked for at another owner's."""
        both = self.old.owners.keys() & self.new.owners.keys()
        return any(self.old.owners[alias].lower() != self.new.owners[alias].lower() for alias in both)

    @property
    def left_owners(self) -> Mapping[str, str]:
        """Owners on GitHub that it has no provider for any more, though it had resources of theirs."""
        gone = {alias: owner for alias, owner in self.old.owners.items() if alias and alias not in self.new.owners}
        return {alias: owner for alias, owner in gone.items() if self.of_owner(alias)}

    def of_owner(self, alias: str) -> list[str]:
        """The addresses of what the provider with an alias manages."""
        resources = self.document.get("resource")
        kinds = resources.items() if isinstance(resources, dict) else ()
        return [
            f"{kind}.{name}"
            for kind, named in kinds
            for name, body in (named.items() if isinstance(named, dict) else ())
            if isinstance(body, dict) and body.get("provider") == f"github.{alias}"
        ]

    @property
    def number_of_resources(self) -> int:
        """How many resources its JSON declares."""
        resources = self.document.get("resource")
        kinds = resources.values() if isinstance(resources, dict) else ()
        return sum(len(named) for named in kinds if isinstance(named, dict))

    @property
    def moves(self) -> bool:
        """Whether it moves at all."""
        return self.is_elsewhere or self.of_state or self.of_repository or bool(self.left_owners)


def moves(output: str, old: Mapping[str, Document], new: Mapping[str, Whereabouts]) -> list[Move]:
    """Return the stacks that keep their name and move.

    Args:
        output: the folder that the stacks lie in, as the user calls it.
        old: their JSON.
    """
    found = (
        Move(name, f"{output}/{STACKS}/{name}", old[name], whereabouts(old[name]), new[name])
        for name in sorted(old.keys() & new.keys())
    )
    return [move for move in found if move.moves]


def option(move: Move) -> tuple[str, str]:
    """The option that says what becomes of what a stack made: carried over where that is possible."""
    carried = not move.is_elsewhere and (move.of_state or move.of_repository)
    return ("--migrate" if carried else "--orphan"), move.name


def told(found: Collection[Move], synth: str) -> Iterator[str]:
    """Say what moves and how to go on, in lines.

    Args:
        synth: the command that synthesizes all the same.
    """
    yield from chain.from_iterable(map(_about, found))
    yield from _about_state([move for move in found if move.of_state and not move.is_elsewhere], synth)
    yield from _about_repositories([move for move in found if move.of_repository and not move.is_elsewhere], synth)
    yield from _about_owners([move for move in found if move.left_owners and not move.is_elsewhere], synth)
    yield from _about_places([move for move in found if move.is_elsewhere], synth)


def _about(move: Move) -> Iterator[str]:
    resources = f"what it has ({counted(move.number_of_resources, 'resource')})"
    if move.is_elsewhere:
        yield (
            f"{move.name} moves from {move.old.place} to {move.new.place}: {resources} lives on where it is, "
            "and an apply would make new ones beside them"
        )
    if move.of_state:
        yield (
            f"{move.name}: its state moves from {move.old.state_in_words} to {move.new.state_in_words}, "
            f"and does not go there by itself: {resources} lives on, and an apply would want to make it anew"
        )
    if move.of_repository:
        yield (
            f"{move.name}: its repository moves from {move.old.owners['']} to {move.new.owners['']}, and does not "
            "go there by itself: it lives on, and an apply would make a new one"
        )
    for alias, owner in move.left_owners.items():
        yield (
            f"{move.name}: nothing of {owner} is described any more, and with it goes the provider: what it has "
            f"({counted(len(move.of_owner(alias)), 'resource')}) lives on, and Terraform would stop there with "
            '"Provider configuration not present"'
        )


def _about_state(found: Collection[Move], synth: str) -> Iterator[str]:
    if found:
        yield "To take the state along:"
        yield from _run(found, "init")
        yield f"    {synth}"
        for move in found:
            yield _terraform(move, "init -migrate-state")
            if move.old.endpoint_state and move.new.endpoint_state:
                yield f"    {shlex.join(['aws', 's3', 'cp', move.old.endpoint_state, move.new.endpoint_state])}"
        yield from _run(found, "plan")


def _about_repositories(found: Collection[Move], synth: str) -> Iterator[str]:
    if found:
        yield "To take the repository along, transfer it on GitHub to its new owner; then, or to leave it there:"
        yield f"    {synth}"


def _about_owners(found: Collection[Move], synth: str) -> Iterator[str]:
    if not found:
        return
    yield "To archive an owner's template repositories, or delete them if all its projects said so:"
    yield from _run(found, "init")
    for move in found:
        repositories = [
            address
            for alias in move.left_owners
            for address in move.of_owner(alias)
            if address.startswith("github_repository.")
        ]
        yield _terraform(move, shlex.join(["destroy", *(f"-target={address}" for address in repositories)]))
    yield f"    {synth}"
    yield "Or to leave them as they are:"
    yield from _run(found, "init")
    for move in found:
        listed = " ".join(shlex.join(["-e", f".{alias}_"]) for alias in move.left_owners)
        yield _terraform(move, f"state rm $({_terraform(move, 'state list').strip()} | grep -F {listed})")
    yield f"    {synth}"


def _about_places(found: Collection[Move], synth: str) -> Iterator[str]:
    if not found:
        return
    yield "To destroy what is in the old place, before anything is written, and go on:"
    yield from _run(found, "init")
    yield from _run(sorted(found, key=_order_of_destruction), "destroy")
    yield "    what is protected refuses: undo the move, then protect-data: false, synthesize, apply, then destroy"
    yield f"    {synth}"
    yield "Or to leave it there, unmanaged; the copies of the states say what lives on:"
    if any(move.old.account == move.new.account for move in found):
        yield "    within one account roles and buckets keep their names, so the new ones need another project's name"
    yield from _run(found, "init")
    for move in found:
        yield _terraform(move, f"state pull > {move.name}.tfstate")
        if not move.of_state:
            yield _terraform(move, f"state rm $({_terraform(move, 'state list').strip()})")
    yield f"    {synth}"
    yield from _run([move for move in found if move.of_state], "init -reconfigure")


def _order_of_destruction(move: Move) -> tuple[bool, bool]:
    """What others need goes after them."""
    return move.name.endswith("-foundation"), move.name.endswith("-target")


def _run(found: Iterable[Move], command: str) -> Iterator[str]:
    return (_terraform(move, command) for move in found)


def _terraform(move: Move, command: str) -> str:
    return f"    terraform -chdir={shlex.quote(move.folder)} {command}"
