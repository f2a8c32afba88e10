"""What every test may rely on."""

import signal


def pytest_sessionstart() -> None:
    """Ctrl-C is heard here and in what tests start, also where the tests run in the background of a shell.

    A shell's ``&`` and ``nohup`` make what they start deaf to it, and a command that is deaf stays so by intent.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
