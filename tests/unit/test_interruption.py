"""Whoever wants a command to end is heard at once, whatever the command waits for."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from sagemaker_templates.interruption import Interrupted, interruptible

LONGEST_WAIT_SECONDS = 30
"""Only a test that fails waits so long."""


@contextmanager
def _deaf_main_thread(number: signal.Signals) -> Iterator[None]:
    """The system gives the signal to another thread, as if it had come just before the main thread began to wait."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


def _until_main_thread_waits() -> None:
    """It does when it is met at the same instruction many times, one after the other."""
    main_thread, at, met = threading.main_thread().ident, (0, 0), 0
    assert main_thread is not None
    while met < 20:
        threading.Event().wait(0.001)
        frame = sys._current_frames()[main_thread]
        now = (id(frame), frame.f_lasti)
        at, met = now, met + 1 if now == at else 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_does_not_wake_the_main_thread_is_noticed_all_the_same(number: signal.Signals) -> None:
    woken, noticed = threading.Event(), Queue[bool]()

    def interrupt() -> None:
        _until_main_thread_waits()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
        noticed.put(woken.wait(LONGEST_WAIT_SECONDS))

    with interruptible(), pytest.raises(Interrupted), _deaf_main_thread(number):
        threading.Thread(target=interrupt).start()
        noticed.get()
    woken.set()
    assert noticed.get()


def test_handlers_and_the_wake_up_of_others_are_as_before() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGURG)
    before = [signal.getsignal(number) for number in numbers]
    with interruptible():
        pass
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_after_an_interruption_the_next_command_can_be_interrupted_too() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with pytest.raises(Interrupted) as interrupted, interruptible():
            signal.raise_signal(number)
        assert interrupted.value.exit_code == 128 + number
