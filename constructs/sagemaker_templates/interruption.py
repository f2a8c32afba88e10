"""What Ctrl-C and SIGTERM do: a command ends what runs, starts nothing further, and says what was left undone."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


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
    before = {number: signal.signal(number, _raise) for number in _SIGNALS if _is_heard(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)
