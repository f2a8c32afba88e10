"""The CDKTF app as one call."""

import atexit
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sagemaker_templates.failures import StepFailed, WrongInput
from sagemaker_templates.output_folder.destination import checked_destination
from sagemaker_templates.output_folder.lock import locked
from sagemaker_templates.output_folder.ownership import STACKS, stack_folders, stacks_in
from sagemaker_templates.output_folder.replacement import Kept, replace
from sagemaker_templates.output_folder.vanished import (
    UNDECIDED,
    Decisions,
    Synthesized,
    check_nothing_vanishes,
    synthesized,
)
from sagemaker_templates.output_folder.whereabouts import Document, Whereabouts
from sagemaker_templates.settings import Configuration
from sagemaker_templates.stacks.synthesis import Synthesis
from sagemaker_templates.templates.registry import all_templates
from sagemaker_templates.temporary import temporary_folder

Tell = Callable[[str], None]
Comparison = Callable[[str, Document, Path], Iterable[str]]
"""Is shown a stack's name, its JSON so far and the folder of what is to come; gives lines for whoever synthesizes."""

# Node's message of an error of the operating system: `ENOSPC: no space left on device, write`.
_NODES_WORDS = re.compile(r"\b(?:EACCES|EDQUOT|EFBIG|EMFILE|ENOSPC|EPERM|EROFS): (?P<reason>[a-z ,-]+?), [a-z]+\b")

_CALLED_BY_CDKTF = "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"
"""A variable that the CDKTF command line sets when it runs the app."""


def write_stacks(
    configuration: Configuration,
    *,
    environments: Path,
    output: Path,
    progress: Tell = lambda stack: None,
    tell: Tell = lambda line: None,
    decisions: Decisions = UNDECIDED,
    comparisons: Sequence[Comparison] = (),
    variables: Mapping[str, str] = os.environ,
) -> list[Path]:
    """Synthesize every stack of a configuration that was read from ``environments`` below ``output``.

    Args:
        progress: told the name of each stack when its turn comes.
        tell: told, line by line, what whoever synthesizes should know.
        decisions: what becomes of stacks that vanish or move.
        comparisons: asked about each stack that is there already, before anything is written.

    Returns:
        The folders of the stacks.

    Raises:
        WrongInput: ``output`` is not ours to write, or cannot be written.
        StepFailed: a stack vanishes or moves, and that is not decided.
    """
    folder = checked_destination(output, environments)
    with _writing(output), temporary_folder() as new:
        synthesis = _synthesis(configuration, environments, folder)
        planned = synthesis.whereabouts()
        with _node_answering():
            synthesis.render(new, progress)
        to_come = synthesized(new)
        check_nothing_vanishes(synthesized(output), planned, decisions, to_come.stacks)
        with locked(folder, lambda: tell(f"Waiting: another synthesis is writing {output}")):
            old = synthesized(output)  # which another synthesis may have written meanwhile
            check_nothing_vanishes(old, planned, decisions, to_come.stacks)
            if _CALLED_BY_CDKTF in variables:
                _check_cdktf_removes_nothing(folder, planned)
            for line in _compared(old, new, comparisons):
                tell(line)
            kept = replace(folder, new)
    for stack in kept:
        tell(_said(output, stack))
    return [output / STACKS / name for name in planned]


def render_stacks(configuration: Configuration, *, environments: Path, output: Path, folder: Path) -> None:
    """Write to the empty ``folder`` what ``write_stacks`` would write to ``output``, byte for byte."""
    with _node_answering():
        _synthesis(configuration, environments, Path(os.path.realpath(output))).render(folder)


def planned_whereabouts(configuration: Configuration, environments: Path, output: Path) -> dict[str, Whereabouts]:
    """The stacks that a configuration read from ``environments`` describes, and where they are."""
    return _synthesis(configuration, environments, Path(os.path.realpath(output))).whereabouts()


def _synthesis(configuration: Configuration, environments: Path, output: Path) -> Synthesis:
    # A local state's path leads from one to the other: Terraform follows it with symbolic links resolved.
    project_folder = Path(os.path.realpath(environments.absolute().parent))
    return Synthesis(configuration, all_templates(), project_folder, output)


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Say in a line what the operating system has against writing, to us or to CDKTF's Node."""
    try:
        yield
    except OSError as error:
        _throw_away_node(error)
        # Of a copy that fails, the second name is the one that is written.
        name = error.filename2 or error.filename
        where = f": {name}" if name else ""
        raise WrongInput(f"{output} cannot be written: {error.strerror or error}{where}") from error
    except RuntimeError as error:
        reason = _NODES_WORDS.search(str(error))
        if reason is None:
            raise
        raise WrongInput(f"{output} cannot be written: {reason['reason']}") from error


@contextmanager
def _node_answering() -> Iterator[None]:
    """Say in a line that Node has ended: jsii talks to it line by line, and then reads none."""
    try:
        yield
    except (json.JSONDecodeError, BrokenPipeError) as error:
        atexit.register(_say_nothing_of_broken_pipes)
        reason = "what it said stands above, if it said anything"
        raise StepFailed(f"Node ended while it wrote the stacks; {reason}") from error


def _throw_away_node(error: OSError) -> None:
    """What jsii holds of a Node that it could not start prints a traceback when it goes; now it goes in silence."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
    try:
        traceback.clear_frames(error.__traceback__)
    finally:
        sys.unraisablehook = hook


def _say_nothing_of_broken_pipes() -> None:
    """Run before jsii's own end, which says good-bye to a Node that is gone and prints a traceback."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda met: None if met.exc_type is BrokenPipeError else hook(met)


def _compared(old: Synthesized, new: Path, comparisons: Sequence[Comparison]) -> Iterator[str]:
    for name in sorted(old.stacks.keys() & set(stacks_in(new))):
        for compare in comparisons:
            yield from compare(name, old.stacks[name], new / STACKS / name)


def _check_cdktf_removes_nothing(folder: Path, names: Collection[str]) -> None:
    """The CDKTF command line deletes each folder among the stacks that is no stack's, with all that is in it."""
    others = [path.name for path in stack_folders(folder) if path.name not in names]
    if others:
        lost = ", ".join(f"{STACKS}/{name}" for name in others)
        raise StepFailed(
            f"cdktf would delete {lost} with all that is in it: move what you need away, "
            "or use `sagemaker-templates synth`; nothing was written"
        )


def _said(output: Path, kept: Kept) -> str:
    return f"{(output / STACKS / kept.stack).as_posix()} is gone but for what synthesis did not write: " + ", ".join(
        kept.names
    )
