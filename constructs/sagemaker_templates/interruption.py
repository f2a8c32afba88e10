"""What Ctrl-C and SIGTERM do: a command ends what runs, starts nothing further, and says what was left undone."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_WAKES = signal.SIGURG
"""Ignored by a process that does nothing about it, so that it harms none; here it only ends a wait."""

_SECONDS_BETWEEN_WAKES = 0.05


class Interrupted(BaseException):
    """Somebody wants the command to end; no ``Exception``, so that nothing takes it for a failure and goes on.

    Attributes:
        left_undone: for a person, in lines; whoever knows writes it while this is on its way up.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
        self.left_undone = ""

    @property
    def exit_code(self) -> int:
        """As a shell tells it: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number

    def __str__(self) -> str:
        """Say what came and what was left undone."""
        what = f"interrupted ({signal.Signals(self.number).name}): what ran was ended, nothing further was started"
        return f"{what}\n{self.left_undone}" if self.left_undone else what


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise ``Interrupted`` in the main thread when a signal says that the command shall end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    raised = threading.Event()

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raised.set()
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS if _is_heard(number)}
    try:
        with _woken_until(raised):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _woken_until(raised: threading.Event) -> Iterator[None]:
    """End whatever the main thread waits for when a signal came that it has not noticed.

    Python runs a handler in the main thread, between two of its instructions. A signal that comes just before the
    main thread begins to wait, or that the system gives to another thread, would be noticed only when the wait ends:
    https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
    """
    came, comes = socket.socketpair()
    comes.setblocking(False)
    handler = signal.signal(_WAKES, lambda _number, _frame: None)
    others = signal.set_wakeup_fd(comes.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_wake_main_thread, args=(came, raised), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(others)
        comes.close()
        watcher.join()
        came.close()
        signal.signal(_WAKES, handler)


def _wake_main_thread(came: socket.socket, raised: threading.Event) -> None:
    main_thread = threading.main_thread().ident
    while number := came.recv(1):
        while main_thread and number[0] in _SIGNALS and not raised.wait(_SECONDS_BETWEEN_WAKES):
            signal.pthread_kill(main_thread, _WAKES)


@contextmanager
def stopped_by_interruption(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` when the block is left because the command shall end, not because something failed."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        stop()
        raise


def _is_heard(number: int) -> bool:
    """Whoever started this may want it to be deaf, as ``nohup`` and a shell's ``&`` do."""
    return signal.getsignal(number) is not signal.SIG_IGN
