"""``python -P -m sagemaker_templates.emulator``: run the emulator until it is interrupted."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import NoReturn

_HIGHEST_PORT = 65535


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and end with 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def main() -> None:
    """Read the arguments and serve."""
    parser = _Parser(
        prog="python -P -m sagemaker_templates.emulator",
        description="An AWS emulator on the loopback interface.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0 takes a free one (default)")
    parser.add_argument("--ready-file", type=Path, help="written, with URL and token, once the emulator answers")
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when standard input is closed")
    parser.add_argument(
        "--no-request-checks", action="store_true", help="take requests that break the rules of a service's model"
    )
    parser.add_argument(
        "--no-rights-checks", action="store_true", help="let every role do everything, whatever its policies say"
    )
    arguments = parser.parse_args()
    _forget_current_folder()
    from sagemaker_templates.emulator.server import run

    with contextlib.suppress(KeyboardInterrupt):
        try:
            run(
                arguments.port,
                arguments.ready_file,
                stop_with_stdin=arguments.stop_with_stdin,
                checks_requests=not arguments.no_request_checks,
                checks_rights=not arguments.no_rights_checks,
            )
        except OSError as error:
            parser.error(str(error))


def _port(text: str) -> int:
    """Read a port; the server itself would take 99999 for 34463."""
    if not (text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to {_HIGHEST_PORT}")
    return int(text)


def _forget_current_folder() -> None:
    """Look nothing up where this was started from, as ``python -m`` does unless ``-P`` is given too.

    A folder ``moto`` that happens to be there would be executed.
    """
    if not sys.flags.safe_path:
        del sys.path[0]


if __name__ == "__main__":
    main()
