"""Stacks are rolled out in an order that a person would keep to, and side by side where they may be."""

import os
import signal
import threading
from collections.abc import Callable, Sequence

import pytest
from builders import an_environment
from sagemaker_templates.demo.order import roll_out_in_order, stacks_at_once
from sagemaker_templates.demo.rollout import RolledOut
from sagemaker_templates.failures import StepFailed
from sagemaker_templates.interruption import Interrupted, interruptible
from sagemaker_templates.stacks.synthesis import StackPlan

LONGEST_WAIT_SECONDS = 30
"""Only a test that fails waits so long."""


def _plan(name: str, *needs: str) -> StackPlan:
    return StackPlan(name, an_environment(), needs=needs)


def _done(plan: StackPlan) -> RolledOut:
    return RolledOut(plan, (), True, {}, 0.0)


def _nobody_stops() -> None:
    pytest.fail("what is under way was stopped, though nobody interrupted")


class _Log:
    """Notes when the roll-out of each stack begins and ends."""

    def __init__(self, body: Callable[[StackPlan], None] = lambda _plan: None) -> None:
        self.events: list[str] = []
        self._body = body

    def __call__(self, plan: StackPlan) -> RolledOut:
        self.events.append(f"{plan.name} begins")
        self._body(plan)
        self.events.append(f"{plan.name} ends")
        return _done(plan)


FOUNDATION, ABALONE, CHURN = _plan("foundation"), _plan("abalone", "foundation"), _plan("churn", "foundation")
SERVING = _plan("serving", "foundation", "prod-target")
TARGET = _plan("prod-target")


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_a_stack_begins_when_all_that_it_needs_has_ended(at_once: int) -> None:
    log = _Log()
    roll_out_in_order([SERVING, ABALONE, TARGET, FOUNDATION], log, at_once=at_once, stop=_nobody_stops)
    for plan in (SERVING, ABALONE):
        for needed in plan.needs:
            assert log.events.index(f"{needed} ends") < log.events.index(f"{plan.name} begins")


def test_results_come_in_the_order_of_the_stacks() -> None:
    plans = [SERVING, ABALONE, TARGET, FOUNDATION]
    assert [result.plan for result in roll_out_in_order(plans, _done, at_once=2, stop=_nobody_stops)] == plans


def test_the_projects_of_an_environment_are_under_way_together() -> None:
    """Each waits for the other, which never comes if they are rolled out one after the other."""
    both = threading.Barrier(2)

    def meet(plan: StackPlan) -> None:
        if plan is not FOUNDATION:
            both.wait(LONGEST_WAIT_SECONDS)

    assert len(roll_out_in_order([FOUNDATION, ABALONE, CHURN], _Log(meet), at_once=2, stop=_nobody_stops)) == 3


def test_no_more_are_under_way_than_are_allowed() -> None:
    lock, under_way, most = threading.Lock(), 0, 0
    met = threading.Barrier(2)

    def count(_plan: StackPlan) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        met.wait(LONGEST_WAIT_SECONDS)
        with lock:
            under_way -= 1

    roll_out_in_order([_plan(str(number)) for number in range(6)], _Log(count), at_once=2, stop=_nobody_stops)
    assert most == 2


def _fail_while_another_is_under_way(plans: Sequence[StackPlan]) -> _Log:
    """``abalone`` fails once ``churn`` is under way, and ``churn`` goes on once ``abalone`` is failing."""
    churn_began, abalone_fails = threading.Event(), threading.Event()

    def body(plan: StackPlan) -> None:
        if plan is ABALONE:
            assert churn_began.wait(LONGEST_WAIT_SECONDS)
            abalone_fails.set()
            raise StepFailed("abalone failed")
        if plan is CHURN:
            churn_began.set()
            assert abalone_fails.wait(LONGEST_WAIT_SECONDS)

    log = _Log(body)
    with pytest.raises(StepFailed, match="abalone failed"):
        roll_out_in_order(plans, log, at_once=2, stop=_nobody_stops)
    return log


def test_after_a_failure_what_is_under_way_ends_and_nothing_else_begins() -> None:
    log = _fail_while_another_is_under_way([FOUNDATION, ABALONE, CHURN, _plan("later", "foundation")])
    assert log.events[-1] == "churn ends"
    assert "later begins" not in log.events


def _interrupt_while_churn_is_under_way(after: Callable[[], None]) -> tuple[list[str], Interrupted]:
    """SIGTERM comes while ``churn`` is under way, which goes on until it is stopped."""
    stopped = threading.Event()

    def body(plan: StackPlan) -> None:
        if plan is CHURN:
            after()
            os.kill(os.getpid(), signal.SIGTERM)
            assert stopped.wait(LONGEST_WAIT_SECONDS)

    log = _Log(body)
    with interruptible(), pytest.raises(Interrupted) as interrupted:
        roll_out_in_order([FOUNDATION, CHURN, _plan("later", "churn")], log, at_once=2, stop=stopped.set)
    return log.events, interrupted.value


def test_when_somebody_interrupts_what_is_under_way_is_stopped_and_nothing_else_begins() -> None:
    events, interrupted = _interrupt_while_churn_is_under_way(lambda: None)
    assert events == ["foundation begins", "foundation ends", "churn begins", "churn ends"]
    assert interrupted.exit_code == 143
    assert interrupted.left_undone.splitlines() == [
        "1 of 3 stacks rolled out",
        "ended half way: churn",
        "not begun: later",
    ]


def test_what_is_under_way_is_stopped_too_when_somebody_interrupts_after_a_failure() -> None:
    """The roll-out then waits for what is under way, and begins nothing more anyway."""
    stopped, churn_began, failed = threading.Event(), threading.Event(), threading.Event()

    def body(plan: StackPlan) -> None:
        if plan is ABALONE:
            assert churn_began.wait(LONGEST_WAIT_SECONDS)
            failed.set()
            raise StepFailed("abalone failed")
        if plan is CHURN:
            churn_began.set()
            assert failed.wait(LONGEST_WAIT_SECONDS)
            os.kill(os.getpid(), signal.SIGINT)
            assert stopped.wait(LONGEST_WAIT_SECONDS)

    with interruptible(), pytest.raises(Interrupted, match="SIGINT"):
        roll_out_in_order([FOUNDATION, ABALONE, CHURN], _Log(body), at_once=2, stop=stopped.set)
    assert stopped.is_set()


@pytest.mark.parametrize(("gibibytes", "expected"), [(1, 1), (4, 2), (8, 4), (16, 8), (256, 8)])
def test_fewer_stacks_are_under_way_where_memory_is_small(gibibytes: int, expected: int) -> None:
    assert stacks_at_once(gibibytes * 2**30) == expected
