"""What every test may rely on."""

import signal


def pytest_sessionstart() -> None:
    """Ctrl-C is heard here and in what tests start, also where the tests run in the background of a shell.

    A shell's ``&`` and ``nohup`` make what they start deaf to it, and a command that is deaf stays so by intent.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_LONGEST_NAME = 100


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by its size where its value is bytes or a long text: bytes may differ between two processes."""
    if isinstance(val, bytes):
        return f"{len(val)} bytes"
    if isinstance(val, str) and len(val) > _LONGEST_NAME:
        return f"{len(val)} characters"
    return None
