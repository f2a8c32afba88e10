"""In which order stacks are rolled out: each as soon as all that it needs is there, side by side."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from sagemaker_templates.interruption import Interrupted, stopped_by_interruption
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.wording import counted

Result = TypeVar("Result")

_MOST_AT_ONCE = 8
"""Most of an apply is waiting, so that more than there are cores are under way."""

_BYTES_OF_A_STACK = 2**30
"""The most that Terraform and its provider were seen to take for one stack, rounded up."""


def stacks_at_once(memory: int | None = None) -> int:
    """How many stacks may be under way on this machine: fewer where memory is small, of which half is left to others.

    Args:
        memory: bytes; by default what this machine has.
    """
    there = memory if memory is not None else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(_MOST_AT_ONCE, there // 2 // _BYTES_OF_A_STACK))


def roll_out_in_order(
    plans: Sequence[StackPlan], roll_out: Callable[[StackPlan], Result], *, at_once: int, stop: Callable[[], None]
) -> list[Result]:
    """Roll out every stack; gives the results in the order of ``plans``.

    After a failure no stack is begun any more. Those that are under way come to their end, so that none is left
    half applied or locked, and then the first failure is raised.

    Args:
        at_once: the most stacks under way; earlier ones of ``plans`` go first.
        stop: ends what is under way; called when somebody interrupts.

    Raises:
        Interrupted: with what was left undone.
    """
    done: dict[str, Result] = {}
    under_way: dict[Future[Result], StackPlan] = {}
    waiting = list(plans)

    # Inside, for the pool waits at its end for what is under way; outside, for that may be when somebody interrupts.
    with (
        _saying_what_is_undone(plans, done, waiting),
        stopped_by_interruption(stop),
        ThreadPoolExecutor(max_workers=at_once) as pool,
        stopped_by_interruption(stop),
    ):
        while waiting or under_way:
            for plan in _next(waiting, done, at_once - len(under_way)):
                waiting.remove(plan)
                under_way[pool.submit(roll_out, plan)] = plan
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                done[under_way.pop(future).name] = future.result()
    return [done[plan.name] for plan in plans]


@contextmanager
def _saying_what_is_undone(
    plans: Sequence[StackPlan], done: Mapping[str, object], waiting: Sequence[StackPlan]
) -> Iterator[None]:
    try:
        yield
    except Interrupted as interrupted:
        begun = [plan.name for plan in plans if plan.name not in done and plan not in waiting]
        groups = {"ended half way": begun, "not begun": [plan.name for plan in waiting]}
        said = [f"{what}: {', '.join(names)}" for what, names in groups.items() if names]
        interrupted.left_undone = "\n".join([f"{len(done)} of {counted(len(plans), 'stack')} rolled out", *said])
        raise


def _next(waiting: Sequence[StackPlan], done: Mapping[str, object], room: int) -> list[StackPlan]:
    """The stacks that can begin now. None waits for itself, so that there is always one while none is under way."""
    return [plan for plan in waiting if done.keys() >= set(plan.needs)][:room]
