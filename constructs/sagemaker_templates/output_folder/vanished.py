"""Stacks that the settings describe no more: what they made lives on, and somebody has to know."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.output_folder.ownership import STACKS, document, stacks_in
from sagemaker_templates.wording import counted

Document = Mapping[str, Any]


class StacksVanish(StepFailed):
    """The settings describe stacks no more that were synthesized before."""


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


def check_nothing_vanishes(
    old: Synthesized,
    planned: Collection[str],
    orphans: Collection[str] = (),
    new: Mapping[str, Document] | None = None,
) -> None:
    """Check that every stack that was synthesized is still described, or is to be left alone.

    Args:
        planned: the names of the stacks that the settings describe.
        orphans: the names of stacks whose resources are to live on without a description.
        new: the JSON of the stacks to come, where it is known: a stack may have been renamed.

    Raises:
        StacksVanish: some do, with what can be done.
        WrongInput: a stack that is described cannot be left alone.
    """
    described = sorted(set(orphans) & set(planned))
    if described:
        raise WrongInput(f"--orphan {described[0]}: the settings describe that stack; nothing was written")
    vanished = sorted(old.stacks.keys() - set(planned) - set(orphans))
    if vanished:
        raise StacksVanish("\n".join(_said(old, vanished, orphans, new or {})))


def _said(
    old: Synthesized, vanished: list[str], orphans: Collection[str], new: Mapping[str, Document]
) -> Iterator[str]:
    for name in vanished:
        yield from _about(old, name, new)
    options = " ".join(f"--orphan {name}" for name in sorted({*vanished, *orphans}))
    yield f"To forget {'it' if len(vanished) == 1 else 'them'} and leave what lives on alone, add: {options}"
    yield 'Nothing was written. More in docs/applying.md, "A stack that goes".'


def _about(old: Synthesized, name: str, new: Mapping[str, Document]) -> Iterator[str]:
    folder = (old.output / STACKS / name).as_posix()
    stack = old.stacks[name]
    yield f"{name} vanishes: the settings describe it no more, and {_resources(stack)} live on{_whereabouts(stack)}"
    if not Path(folder).is_dir():
        yield f"  to destroy them, put its settings back and synthesize: then {folder} is there"
        return
    yield f"  to destroy them, while {folder} is there:"
    yield f"    terraform -chdir={folder} init"
    yield f"    terraform -chdir={folder} destroy"
    yield "    what is protected refuses: put the file back with protect-data: false, synthesize, apply, then destroy"
    for other in _renamed(name, old, new):
        target = (old.output / STACKS / other).as_posix()
        yield f"  or, if it is called {other} from now on, to move its state there (what is named anew is replaced):"
        yield f"    terraform -chdir={folder} init"
        yield f"    terraform -chdir={folder} state pull > {name}.tfstate"
        yield f"    sagemaker-templates synth --orphan {name}"
        yield f"    terraform -chdir={target} init"
        yield f'    terraform -chdir={target} state push "$PWD/{name}.tfstate"'
        yield f"    terraform -chdir={target} plan"


def _resources(stack: Document) -> str:
    number = len(_addresses(stack))
    return f"its {counted(number, 'resource')}" if number else "its resources"


def _whereabouts(stack: Document) -> str:
    """Where to look for them, as far as the JSON tells."""
    match stack:
        case {"provider": {"aws": [{"allowed_account_ids": [str(account)], "region": str(region)}, *_]}}:
            return f" in account {account}, {region}{_state(stack)}"
        case _:
            return ""


def _state(stack: Document) -> str:
    match stack:
        case {"terraform": {"backend": {"s3": {"bucket": str(bucket), "key": str(key)}}}}:
            return f"; state s3://{bucket}/{key}"
        case {"terraform": {"backend": {"local": {"path": str(path)}}}}:
            return f"; state {path}, seen from its folder"
        case _:
            return ""


def _renamed(name: str, old: Synthesized, new: Mapping[str, Document]) -> list[str]:
    """The new stack that is the vanished one by another name; none where that is not certain."""
    stack = old.stacks[name]
    candidates = [
        other
        for other in sorted(new.keys() - old.stacks.keys())
        if _addresses(stack) and _addresses(new[other]) == _addresses(stack) and _place(new[other]) == _place(stack)
    ]
    return candidates if len(candidates) == 1 else []


def _place(stack: Document) -> str:
    return _whereabouts(stack).partition(";")[0]


def _addresses(stack: Document) -> frozenset[str]:
    resources = stack.get("resource")
    kinds = resources if isinstance(resources, dict) else {}
    return frozenset(f"{kind}.{name}" for kind, named in kinds.items() if isinstance(named, dict) for name in named)
