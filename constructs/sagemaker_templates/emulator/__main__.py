"""``python -m sagemaker_templates.emulator``: run the emulator until it is interrupted."""

import argparse
import contextlib
from pathlib import Path

from sagemaker_templates.emulator.server import run


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m sagemaker_templates.emulator",
        description="An AWS emulator on the loopback interface.",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default)")
    parser.add_argument("--ready-file", type=Path, help="written, with the URL, once the emulator answers")
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when standard input is closed")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        run(arguments.port, arguments.ready_file, stop_with_stdin=arguments.stop_with_stdin)


if __name__ == "__main__":
    main()
