"""How the commands end: calm messages instead of tracebacks, and exit codes that say whose turn it is."""

import sys
from collections.abc import Callable, Iterable

from botocore.exceptions import BotoCoreError, ClientError

FAILED = 1
WRONG_INPUT = 2


class DeployError(Exception):
    """Something did not work; the message says what, for the person who reads the build's log."""


class SettingsError(DeployError):
    """What is written in ``environments/`` cannot be used; one line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def command(work: Callable[[], None]) -> int:
    """Run a command; returns its exit code: 0 done, 1 failed, 2 the settings are wrong."""
    try:
        work()
    except SettingsError as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
        return WRONG_INPUT
    except (DeployError, ClientError, BotoCoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    return 0
