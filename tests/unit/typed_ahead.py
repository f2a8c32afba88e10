"""A command of ours in a terminal, where somebody sits and types ahead."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from synthesized import ROOT


def in_a_terminal(folder: Path, answers: str, *arguments: str) -> tuple[int, str]:
    """The exit code, and all that the terminal showed.

    Args:
        answers: what is typed, before anything is asked.
        arguments: of the command line.
    """
    ours, theirs = pty.openpty()
    try:
        run = subprocess.Popen(
            [sys.executable, "-m", "sagemaker_templates.cli", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "constructs"), "TERM": "dumb"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
    finally:
        os.close(theirs)
    os.write(ours, answers.encode())
    said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return run.wait(), said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when nobody is at the other end any more
        return b""
