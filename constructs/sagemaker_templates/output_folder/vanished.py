"""Stacks that the settings describe no more, or elsewhere: what they made lives on, and somebody has to know."""

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.output_folder.moved import Move, moves, option, told
from sagemaker_templates.output_folder.ownership import STACKS, document, stacks_in
from sagemaker_templates.output_folder.whereabouts import Document, Whereabouts, whereabouts
from sagemaker_templates.wording import counted


class StacksVanish(StepFailed):
    """The settings describe stacks no more, or elsewhere, that were synthesized before."""


@dataclass(frozen=True)
class Synthesized:
    """What an output folder holds.

    Attributes:
        output: the folder, as the user calls it.
        stacks: the JSON of each stack; empty where it is no JSON.
    """

    output: Path
    stacks: Mapping[str, Document] = field(default_factory=dict)


def synthesized(output: Path) -> Synthesized:
    """Read what synthesis wrote to a folder; nothing where there is no such folder."""
    if not output.is_dir():
        return Synthesized(output)
    stacks = {name: document(output / STACKS / name / "cdk.tf.json") or {} for name in stacks_in(output)}
    return Synthesized(output, stacks)


@dataclass(frozen=True)
class Decisions:
    """What whoever synthesizes has decided.

    Attributes:
        orphans: the names of stacks whose resources are to live on where they are, without a description.
        migrated: the names of stacks whose state or repository is carried over to where they move.
    """

    orphans: Collection[str] = ()
    migrated: Collection[str] = ()


UNDECIDED = Decisions()

_USUAL = Path("cdktf.out")


def check_nothing_vanishes(
    old: Synthesized,
    planned: Mapping[str, Whereabouts],
    decisions: Decisions = UNDECIDED,
    new: Mapping[str, Document] | None = None,
) -> None:
    """Check that every stack that was synthesized is still described, and where it was, or that it is decided on.

    Args:
        planned: the stacks that the settings describe.
        new: the JSON of the stacks to come, where it is known: a stack may have been renamed.

    Raises:
        StacksVanish: some vanish or move, with what can be done.
        WrongInput: a decision is about a stack that it cannot be about.
    """
    moved = {move.name: move for move in moves(old.output.as_posix(), old.stacks, planned)}
    _check_decisions(decisions, planned, moved)
    vanished = sorted(old.stacks.keys() - planned.keys() - set(decisions.orphans))
    moving = [move for name, move in moved.items() if name not in {*decisions.orphans, *decisions.migrated}]
    if vanished or moving:
        synth = _synth(old.output, vanished, moving, decisions)
        end = _end([*vanished, *(move.name for move in moving)], decisions)
        raise StacksVanish("\n".join([*_said(old, vanished, new or {}, synth), *told(moving, synth), *end]))


def _check_decisions(decisions: Decisions, planned: Collection[str], moved: Mapping[str, Move]) -> None:
    for name in sorted(decisions.orphans):
        if name in planned and name not in moved:
            raise WrongInput(f"--orphan {name}: the settings describe that stack; nothing was written")
    for name in sorted(decisions.migrated):
        if name not in moved:
            raise WrongInput(f"--migrate {name}: no such stack moves; nothing was written")
        if moved[name].is_elsewhere:
            place = moved[name].new.place
            raise WrongInput(
                f"--migrate {name}: no resource can follow to {place}; allowed: --orphan {name}; nothing was written"
            )


def _synth(output: Path, vanished: Collection[str], moving: Collection[Move], decisions: Decisions) -> str:
    """The command that goes on, whatever vanishes and moves."""
    where = [] if output == _USUAL else ["--output", output.as_posix()]
    decided = {*(("--orphan", name) for name in {*vanished, *decisions.orphans}), *map(option, moving)}
    decided |= {("--migrate", name) for name in decisions.migrated}
    words = [word for pair in sorted(decided) for word in pair]
    return shlex.join(["sagemaker-templates", "synth", *where, *words])


def _said(old: Synthesized, vanished: list[str], new: Mapping[str, Document], synth: str) -> Iterator[str]:
    for name in vanished:
        yield from _about(old, name, new, synth)


def _end(names: Collection[str], decisions: Decisions) -> Iterator[str]:
    words = [word for name in sorted({*names, *decisions.orphans}) for word in ("--orphan", name)]
    words += [word for name in sorted(set(decisions.migrated)) for word in ("--migrate", name)]
    yield f"To leave what lives on alone, unmanaged, add: {shlex.join(words)}"
    yield 'Nothing was written. More in docs/applying.md, "A stack that goes" and "A stack that moves".'


def _about(old: Synthesized, name: str, new: Mapping[str, Document], synth: str) -> Iterator[str]:
    folder = old.output / STACKS / name
    stack = old.stacks[name]
    yield f"{name} vanishes: the settings describe it no more, and {_resources(stack)} live on{_whereabouts(stack)}"
    if not folder.is_dir():
        yield f"  to destroy them, put its settings back and synthesize: then {folder.as_posix()} is there"
        return
    terraform, state = _terraform(folder), f"{name}.tfstate"
    yield f"  to destroy them, while {folder.as_posix()} is there:"
    yield f"    {terraform} init"
    yield f"    {terraform} destroy"
    yield "    what is protected refuses: put the file back with protect-data: false, synthesize, apply, then destroy"
    for other in _renamed(name, old, new):
        target = _terraform(old.output / STACKS / other)
        yield f"  or, if it is called {other} from now on, to move its state there (what is named anew is replaced):"
        yield f"    {terraform} init"
        yield f"    {terraform} state pull > {shlex.quote(state)}"
        yield f"    {synth}"
        yield f"    {target} init"
        yield f'    {target} state push "$PWD"/{shlex.quote(state)}'
        yield f"    {target} plan"


def _terraform(folder: Path) -> str:
    return shlex.join(["terraform", f"-chdir={folder.as_posix()}"])


def _resources(stack: Document) -> str:
    number = len(_addresses(stack))
    return f"its {counted(number, 'resource')}" if number else "its resources"


def _whereabouts(stack: Document) -> str:
    """Where to look for them, as far as the JSON tells."""
    where = whereabouts(stack)
    if not where.place:
        return ""
    return f" in {where.place}; state {where.state_in_words}" if where.state else f" in {where.place}"


def _renamed(name: str, old: Synthesized, new: Mapping[str, Document]) -> list[str]:
    """The new stack that is the vanished one by another name; none where that is not certain."""
    stack = old.stacks[name]
    place = whereabouts(stack).place
    candidates = [
        other
        for other in sorted(new.keys() - old.stacks.keys())
        if _addresses(stack)
        and _addresses(new[other]) == _addresses(stack)
        and whereabouts(new[other]).place == place
    ]
    return candidates if len(candidates) == 1 else []


def _addresses(stack: Document) -> frozenset[str]:
    resources = stack.get("resource")
    kinds = resources if isinstance(resources, dict) else {}
    return frozenset(f"{kind}.{name}" for kind, named in kinds.items() if isinstance(named, dict) for name in named)
